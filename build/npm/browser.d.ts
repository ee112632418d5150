// Blazor's own script, as far as ours speak to it.
declare const Blazor: {
  start(options: object): Promise<void>;
  /** False when the server has forgotten the circuit. */
  reconnect(): Promise<boolean>;
  resumeCircuit(): Promise<boolean>;
  navigateTo(path: string, options?: object): void;
};
