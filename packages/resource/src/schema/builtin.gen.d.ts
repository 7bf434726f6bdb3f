export declare const builtinTableJson: string;
