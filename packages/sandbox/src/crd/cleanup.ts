// The finalizer by which a CustomResourceDefinition waits for its objects to be deleted.

export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';
