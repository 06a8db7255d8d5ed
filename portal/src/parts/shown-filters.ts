import { createContext, useContext, useEffect, useId } from 'react'

/** A filter that narrows a list, as it is read: its name and its value. */
export type ShownFilter = { label: string; value: string }

/** The filters of one page, so that a list which they leave empty can name them and take them away. */
export class ShownFilters {
  readonly #filters = new Map<string, ShownFilter>()
  readonly #listeners = new Set<() => void>()
  #list: readonly ShownFilter[] = []
  #clear: (() => void) | null = null

  readonly put = (id: string, filter: ShownFilter | null): void => {
    if (filter === null) this.#filters.delete(id)
    else this.#filters.set(id, filter)
    this.#list = [...this.#filters.values()]
    for (const tell of this.#listeners) tell()
  }

  /** Says how all of them are taken away; null once nobody can. */
  readonly clearBy = (clear: (() => void) | null): void => {
    this.#clear = clear
  }

  readonly clear = (): void => this.#clear?.()

  readonly list = (): readonly ShownFilter[] => this.#list

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

export const ShownFiltersContext = createContext(new ShownFilters())

/** Tells the page what a filter shows while it narrows; null while it does not. */
export function useShownFilter(label: string, value: string | null): void {
  const filters = useContext(ShownFiltersContext)
  const id = useId()
  useEffect(() => {
    filters.put(id, value === null ? null : { label, value })
    return () => filters.put(id, null)
  }, [filters, id, label, value])
}
