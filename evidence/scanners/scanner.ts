import type { LiveProduct } from './live-product.ts'

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

/** Packages of npm with their exact versions, fetched for the run. */
interface Packages {
  readonly packages: readonly string[]
}

/** A program that whoever runs the campaign installs; the scanner is skipped, and says so, where it is not. */
interface Installed {
  readonly program: string
  readonly versionArgs: readonly string[]
  /** How it is had on Debian, or from PyPI. */
  readonly install: string
}

/** A library of files that whoever runs the campaign installs. */
interface Files {
  readonly files: string
  readonly install: string
}

/** Where a scanner looks, and what it has for that. */
export interface Scene {
  /** A folder of its own; packages are installed in it. */
  readonly folder: string
  /** The product with the demo world; started by the first who asks, for all. */
  readonly product: () => Promise<LiveProduct>
}

/** A scanner of others: no dependency of the product. */
export interface Scanner {
  readonly name: string
  readonly source: Packages | Installed | Files
  /** Scans the product. */
  scan(scene: Scene): Promise<Scan>
  /** Scans something with a fault that is made for it. */
  scanPlanted(scene: Scene): Promise<Scan>
  /** The rule that must find the planted fault. */
  readonly plantedRule: string
  /** The planted fault, in a few words. */
  readonly planted: string
}
