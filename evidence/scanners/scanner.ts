/** One thing that a scanner complains of. */
export interface Finding {
  readonly rule: string
  /** The file, or the place within it. */
  readonly place: string
}

/** What a scanner found, and how much it looked at. */
export interface Scan {
  readonly findings: readonly Finding[]
  readonly lookedAt: string
}

/** A scanner of others: fetched for the run, no dependency of the product. */
export interface Scanner {
  readonly name: string
  /** The packages with their exact versions. */
  readonly packages: readonly string[]
  /** Scans the product with what was installed in the folder. */
  scan(folder: string): Promise<Scan>
  /** Scans something with a fault that is written into the folder for it. */
  scanPlanted(folder: string): Promise<Scan>
  /** The rule that must find the planted fault. */
  readonly plantedRule: string
}
