import type { FormUse, FormVisit } from '#platform/resolvers/resolver-of-form.ts'

const EACH_MS = 60_000
/** How soon after the last writing what is new is written: a process that serves very many forms meets new ones all the time. */
const NEW_EACH_MS = 1000
const MAXIMUM_NOTES = 5000

/** What was noted since the last time. */
export interface FormNotes {
  readonly uses: readonly FormUse[]
  readonly visits: readonly FormVisit[]
}

/**
 * Remembers when credentials were used and which sites show forms, and writes it once a minute in one statement, so that
 * no request writes a row that all requests share. What was never seen before is written at once, or within a second where
 * there is much of it: somebody waits for it.
 */
export class UseNotes {
  readonly #writeNotes: (notes: FormNotes) => Promise<void>
  readonly #uses = new Map<string, FormUse>()
  readonly #visits = new Map<string, FormVisit>()
  readonly #seen = new Set<string>()
  readonly #timer: NodeJS.Timeout
  #writing: Promise<void> = Promise.resolve()
  #wroteAtMs = Number.NEGATIVE_INFINITY
  #soon: NodeJS.Timeout | null = null

  constructor(writeNotes: (notes: FormNotes) => Promise<void>) {
    this.#writeNotes = writeNotes
    this.#timer = setInterval(() => void this.flush(), EACH_MS)
    this.#timer.unref()
  }

  used(credential: string, origin: string | null, at: Date): void {
    const key = `${credential} ${origin}`
    if (this.#uses.size >= MAXIMUM_NOTES) return
    this.#uses.set(key, { credential, origin, at, count: (this.#uses.get(key)?.count ?? 0) + 1 })
    this.#writeFirst(`use ${key}`)
  }

  visited(form: string, place: { readonly origin: string; readonly isAllowed: boolean }, at: Date): void {
    const { origin, isAllowed } = place
    const key = `${form} ${origin} ${isAllowed}`
    if (this.#visits.size >= MAXIMUM_NOTES) return
    const visits = (this.#visits.get(key)?.count ?? 0) + 1
    this.#visits.set(key, { form, origin, is_allowed: isAllowed, at, count: visits })
    this.#writeFirst(`visit ${key}`)
  }

  /** Writes what was noted since the last time. Never rejects: a lost note is no lost request. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  async #write(): Promise<void> {
    const [uses, visits] = [[...this.#uses.values()], [...this.#visits.values()]]
    this.#uses.clear()
    this.#visits.clear()
    if (uses.length + visits.length === 0) return
    this.#wroteAtMs = performance.now()
    await this.#writeNotes({ uses, visits }).catch(() => undefined)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    if (this.#soon) clearTimeout(this.#soon)
    await this.flush()
  }

  #writeFirst(key: string): void {
    if (this.#seen.has(key)) return
    if (this.#seen.size >= MAXIMUM_NOTES) this.#seen.clear()
    this.#seen.add(key)
    if (this.#soon) return
    const restMs = this.#wroteAtMs + NEW_EACH_MS - performance.now()
    if (restMs <= 0) return void this.flush()
    this.#soon = setTimeout(() => {
      this.#soon = null
      void this.flush()
    }, restMs)
    this.#soon.unref()
  }
}
