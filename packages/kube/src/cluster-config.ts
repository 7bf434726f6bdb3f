// Everything needed to reach one cluster as one user: what a kubeconfig context, or a service account, comes down to.

/** Where the API server is and how it proves itself. */
export interface ClusterConfig {
  /** URL of the server; a path in it is a prefix of every request. */
  readonly server: string;
  /** PEM bundle the server's certificate must chain to. The system's roots where absent. */
  readonly certificateAuthority?: string;
  readonly insecureSkipTlsVerify?: boolean;
  /** The name to ask for and to verify instead of the host in `server`. */
  readonly tlsServerName?: string;
  /** http://, https:// or socks5:// */
  readonly proxyUrl?: string;
  /** Answers are not asked for in gzip: where the line is faster than both processors. */
  readonly disableCompression?: boolean;
  readonly user: UserConfig;
  /** The namespace of the context, 'default' where it names none. */
  readonly namespace: string;
  /** Name of the kubeconfig context, or 'in-cluster'; for messages and tables. */
  readonly context: string;
}

/** How the user proves who they are. More than one way may be given; a token wins over a password. */
export interface UserConfig {
  readonly token?: string;
  /** Read again every minute, so that rotated service-account tokens are picked up; wins over `token`. */
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM */
  readonly clientCertificate?: string;
  /** PEM */
  readonly clientKey?: string;
  readonly exec?: ExecConfig;
  readonly impersonate?: {
    readonly user?: string;
    readonly uid?: string;
    readonly groups?: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
}

/** A credential plugin (client.authentication.k8s.io). */
export interface ExecConfig {
  readonly apiVersion: 'client.authentication.k8s.io/v1' | 'client.authentication.k8s.io/v1beta1';
  /** Looked up on PATH where it has no slash; else absolute. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly installHint?: string;
  readonly provideClusterInfo: boolean;
  readonly interactiveMode: 'Never' | 'IfAvailable' | 'Always';
  /** The cluster's `client.authentication.k8s.io/exec` extension, handed to the plugin as it stands. */
  readonly clusterExtension?: unknown;
}
