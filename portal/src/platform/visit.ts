/** A visit to a tenant: from coming in until its time is over. It lives in this tab alone (B4). */
export type Visit = {
  endsAt: number
  idleMs: number
  warningMs: number
  /** What the person gave as the reason; sent with every call of the visit. Empty when none was given. */
  reason: string
}

/** The server's answer to coming in. */
export type Entry = { ends_at: string; idle_seconds: number; warning_seconds: number }

export type VisitState = { kind: 'open' } | { kind: 'ending'; leftMs: number } | { kind: 'over' }

/** The visit that an entry begins. */
export function toVisit(entry: Entry, reason: string): Visit {
  return {
    endsAt: Date.parse(entry.ends_at),
    idleMs: entry.idle_seconds * 1000,
    warningMs: entry.warning_seconds * 1000,
    reason,
  }
}

/** Where a visit stands. It ends with its time or when nothing was touched for too long, whichever comes first. */
export function stateOf(visit: Visit, touchedAt: number, now: number): VisitState {
  const leftMs = Math.min(visit.endsAt, touchedAt + visit.idleMs) - now
  if (leftMs <= 0) return { kind: 'over' }
  return leftMs <= visit.warningMs ? { kind: 'ending', leftMs } : { kind: 'open' }
}

// The storage of one tab: a second tab, and the next sign-in in another window, know nothing of it.
const storageKey = 'liaison.visits'

function isVisit(value: unknown): value is Visit {
  if (typeof value !== 'object' || value === null) return false
  const read = (name: string): unknown => Reflect.get(value, name)
  return (
    ['endsAt', 'idleMs', 'warningMs'].every((name) => typeof read(name) === 'number') &&
    typeof read('reason') === 'string'
  )
}

function readAll(): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(sessionStorage.getItem(storageKey) ?? '{}')
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch {
    return {}
  }
}

/** The visit of this tab to a tenant, also after the page was loaded again; null when there is none. */
export function recallVisit(tenantId: string): Visit | null {
  const kept = readAll()[tenantId]
  return isVisit(kept) ? kept : null
}

export function keepVisit(tenantId: string, visit: Visit): void {
  sessionStorage.setItem(storageKey, JSON.stringify({ ...readAll(), [tenantId]: visit }))
}
