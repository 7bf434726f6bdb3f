// The page is an application, not a library: what it is made of stands in main.tsx, and the server serves what vite builds.

/** Where the built page lies, seen from this package. */
export const pageFolder = 'dist/page';
