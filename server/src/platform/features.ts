import type { Database } from './database.ts'

/** Answers which features are off for a partner: the port through which the kernel's facts learn it. Source: C3. */
export interface FeatureSource {
  /** The features on which permissions depend and that are off for the partner at this instant; the id is the UUID. */
  offFor(partnerId: string, now: Date): ReadonlySet<string>
  /** Every feature that is on for the partner at this instant, in the order of their keys. */
  onFor(partnerId: string, now: Date): readonly string[]
  /** Tells the listener after each change that took effect here, with the partner that it is about, if it is about one. */
  onChange(listener: (partnerId: string | null) => void): () => void
}

const sources = new WeakMap<Database, FeatureSource>()

/** Says where the features of this database's partners are read. */
export function provideFeatures(database: Database, source: FeatureSource): void {
  sources.set(database, source)
}

/** Where the features of this database's partners are read. Throws where nobody said it: what is not known is not open. */
export function featuresOf(database: Database): FeatureSource {
  const source = sources.get(database)
  if (!source) throw new Error('Nobody provides the features of partners, so nothing can be decided.')
  return source
}
