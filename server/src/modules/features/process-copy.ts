import { FEATURES } from '@liaison/access'
import type { FeatureSource } from '#platform/features.ts'
import { FeatureSet } from './evaluator.ts'
import type { Partner, Resolution } from './evaluator.ts'
import { READ_DEFINITIONS, READ_PARTNERS, toPartner, toRule } from './rows.ts'

/** Runs a statement and answers its rows. */
export type Read = (text: string, values: readonly unknown[]) => Promise<readonly unknown[]>

/** What was found about one partner, and while it holds if nobody changes anything. */
interface Found {
  readonly fromMs: number
  readonly untilMs: number
  readonly off: ReadonlySet<string>
}

/** Partners with the same features off share one set. */
class SetPool {
  readonly #sets = new Map<string, ReadonlySet<string>>()

  take(names: readonly string[]): ReadonlySet<string> {
    const key = names.join(' ')
    const known = this.#sets.get(key)
    if (known) return known
    const made = new Set(names)
    this.#sets.set(key, made)
    return made
  }
}

/**
 * The features and the partners as this process knows them. What is asked is answered from memory; a change replaces what was
 * known in one step, and what cannot be evaluated replaces nothing. Source: C3.
 */
export class ProcessCopy implements FeatureSource {
  #features = new FeatureSet([])
  #partners = new Map<string, Partner>()
  #found = new Map<string, Found>()
  readonly #sets = new SetPool()
  readonly #listeners = new Set<(partnerId: string | null) => void>()
  readonly #read: Read
  /** One look at a time: of two at once, what the earlier one read could replace what the later one did. */
  #looking: Promise<void> = Promise.resolve()
  /** A look at everything that has not begun: whoever asks for one meanwhile gets this. */
  #nextLook: Promise<void> | null = null

  constructor(read: Read) {
    this.#read = read
  }

  get features(): FeatureSet {
    return this.#features
  }

  get countPartners(): number {
    return this.#partners.size
  }

  /** A partner that is not known yet has no traits and nothing set: it came a moment ago. */
  partner(id: string): Partner {
    const traits = { kinds: [], tier: null, region: null, plans: [] }
    return this.#partners.get(id) ?? { id, traits, settings: new Map() }
  }

  partners(): IterableIterator<Partner> {
    return this.#partners.values()
  }

  resolve(key: string, partnerId: string, now: Date): Resolution {
    return this.#features.resolve(key, this.partner(partnerId), now)
  }

  /** Whether a choice of the partner would decide now: found by the evaluation itself, with the choice made and nothing set. */
  wouldCount(key: string, partnerId: string, now: Date): boolean {
    const choice = this.#features.rules.get(key)?.partnerChoice === 'opt_out' ? 'out' : 'in'
    const settings = new Map([[key, { override: null, overrideUntil: null, choice } as const]])
    const { branch } = this.#features.resolve(key, { ...this.partner(partnerId), settings }, now)
    return branch === 'choice_in' || branch === 'choice_out'
  }

  offFor(partnerId: string, now: Date): ReadonlySet<string> {
    const nowMs = now.getTime()
    const known = this.#found.get(partnerId)
    if (known && known.fromMs <= nowMs && nowMs < known.untilMs) return known.off
    const partner = this.partner(partnerId)
    const off = this.#sets.take(
      FEATURES.filter((feature) => !this.#features.resolve(feature, partner, now).isOn),
    )
    // What is known of a partner that is not known yet is not kept: it holds until the partner is.
    if (this.#partners.has(partnerId))
      this.#found.set(partnerId, { fromMs: nowMs, untilMs: this.#features.holdsUntil(partner, now), off })
    return off
  }

  onFor(partnerId: string, now: Date): readonly string[] {
    const all = this.#features.resolveAll(this.partner(partnerId), now).values()
    return [...all].flatMap(({ key, isOn }) => (isOn ? [key] : [])).toSorted()
  }

  onChange(listener: (partnerId: string | null) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Tells everybody that listens. */
  tell(partnerId: string | null): void {
    for (const listener of this.#listeners) listener(partnerId)
  }

  /** Reads everything anew. Throws, and changes nothing, when a feature cannot be evaluated. */
  readAll(): Promise<void> {
    this.#nextLook ??= this.#inTurn(() => {
      this.#nextLook = null
      return this.#lookAtAll()
    })
    return this.#nextLook
  }

  /** Reads some partners anew; the features stay as they are. */
  readPartners(ids: readonly string[]): Promise<void> {
    return this.#inTurn(() => this.#lookAtPartners(ids))
  }

  #inTurn(look: () => Promise<void>): Promise<void> {
    const done = this.#looking.then(look)
    this.#looking = done.catch(() => undefined)
    return done
  }

  async #lookAtAll(): Promise<void> {
    const [definitions, partners] = [
      await this.#read(READ_DEFINITIONS, []),
      await this.#read(READ_PARTNERS, [null]),
    ]
    const features = new FeatureSet(definitions.map(toRule))
    const known = new Map(partners.map((row) => toPartner(row)).map((partner) => [partner.id, partner]))
    this.#features = features
    this.#partners = known
    this.#found = new Map()
  }

  async #lookAtPartners(ids: readonly string[]): Promise<void> {
    const rows = await this.#read(READ_PARTNERS, [ids])
    for (const partner of rows.map((row) => toPartner(row))) {
      this.#partners.set(partner.id, partner)
      this.#found.delete(partner.id)
    }
  }
}
