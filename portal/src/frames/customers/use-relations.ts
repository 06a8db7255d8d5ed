import { LINK_STATUSES } from '@liaison/access'
import { readBody } from '@liaison/client'
import type { UseQueryResult } from '@tanstack/react-query'

import { mayIn, useFrame } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { readUpToByCursor, readUpToByOffset } from '../../platform/read-all.ts'
import type { Bounded } from '../../platform/read-all.ts'
import {
  KINDS,
  relationOfConsent,
  relationOfLink,
  relationOfReferral,
  relationOfResale,
  RUNNING,
} from './relations.ts'
import type { Kind, Relation, Wanted } from './relations.ts'

/** How many records of a kind are read at most: ten calls of the hundred that a minute allows. */
export const MOST_READ = 1000

const NEEDS = {
  managed: 'partner_org.links.read',
  consented: 'partner_org.consents.read',
  resold: 'partner_org.consents.read',
  referred: 'partner_org.referrals.read',
} as const satisfies Record<Kind, string>

/** The kinds of customers that the person of a frame may see; of the others nothing is asked. */
export function kindsOf(frame: Frame): Kind[] {
  return KINDS.filter((kind) => mayIn(frame, NEEDS[kind]))
}

/** What is asked for: relations of a state, and of one customer alone when it is named. */
export type Asked = { state: Wanted['state']; tenantId?: string }

type Read = (asked: Asked, frame: Frame, signal: AbortSignal) => Promise<Bounded<Relation>>

const statusesOf = (isRunning: boolean) =>
  LINK_STATUSES.filter((status) => RUNNING.has(status) === isRunning).join(',')
const ofTenant = (tenantId: string | undefined) => (tenantId === undefined ? {} : { tenant_id: tenantId })

const readLinks: Read = async ({ state, tenantId }, { client }, signal) => {
  const narrow = state === 'any' ? {} : { status: statusesOf(state === 'now') }
  const { rows, isCut } = await readUpToByOffset(MOST_READ, (place) => {
    const query = { ...narrow, ...ofTenant(tenantId), limit: 100, ...place }
    return readBody(client.GET('/partner/links', { params: { query }, signal }))
  })
  return { rows: rows.map(relationOfLink), isCut }
}

const readConsents: Read = async ({ state, tenantId }, { client }, signal) => {
  const narrow = state === 'any' ? {} : { state: state === 'now' ? ('active' as const) : ('past' as const) }
  const { rows, isCut } = await readUpToByCursor(MOST_READ, (place) => {
    const query = { ...narrow, ...ofTenant(tenantId), limit: 100, ...place }
    return readBody(client.GET('/partner/consents', { params: { query }, signal }))
  })
  return { rows: rows.map(relationOfConsent), isCut }
}

const readResales: Read = async ({ tenantId }, { client }, signal) => {
  const { rows, isCut } = await readUpToByOffset(MOST_READ, (place) => {
    const query = { ...ofTenant(tenantId), limit: 100, ...place }
    return readBody(client.GET('/partner/resales', { params: { query }, signal }))
  })
  return { rows: rows.map(relationOfResale), isCut }
}

// The program plane is asked for its own list alone, as every page of it asks: no other fact goes there, not even a name.
const readReferrals: Read = async ({ state, tenantId }, { client }, signal) => {
  if (state === 'ended') return { rows: [], isCut: false }
  const { rows, isCut } = await readUpToByOffset(MOST_READ, (place) => {
    const query = { state: 'created,locked', limit: 100, ...place }
    return readBody(client.GET('/program/referrals', { params: { query }, signal }))
  })
  const relations = rows.flatMap((referral) => relationOfReferral(referral) ?? [])
  return { rows: relations.filter((one) => tenantId === undefined || one.tenantId === tenantId), isCut }
}

export type OfKind = { kind: Kind; query: UseQueryResult<Bounded<Relation>> }

/** What relates the partner to customers, one read for each kind, so that one that fails takes no other with it. */
export function useRelations(asked: Asked): OfKind[] {
  const kinds = kindsOf(useFrame())
  const options = (kind: Kind) => ({ enabled: kinds.includes(kind), keep: true })
  const { state, tenantId = '' } = asked
  const managed = useRead(
    ['links', 'of-customers', state, tenantId],
    (frame, signal) => readLinks(asked, frame, signal),
    options('managed'),
  )
  const consented = useRead(
    ['granted', 'of-customers', state, tenantId],
    (frame, signal) => readConsents(asked, frame, signal),
    options('consented'),
  )
  const resold = useRead(
    ['resales', 'of-customers', tenantId],
    (frame, signal) => readResales(asked, frame, signal),
    options('resold'),
  )
  const referred = useRead(
    ['program-referrals', 'of-customers', state, tenantId],
    (frame, signal) => readReferrals(asked, frame, signal),
    options('referred'),
  )
  const queries = { managed, consented, resold, referred }
  return kinds.map((kind) => ({ kind, query: queries[kind] }))
}

type Together = {
  data: Relation[] | undefined
  isError: boolean
  error: Error | null
  refetch: () => void
  dataUpdatedAt: number
  isFetching: boolean
}

/** The reads of all kinds as one: there once all have an answer or have failed, and failed when none has an answer. */
export function together(parts: readonly OfKind[]): Together {
  const queries = parts.map(({ query }) => query)
  const isThere = queries.every(({ data, isError }) => data !== undefined || isError)
  const found = queries.flatMap(({ data }) => data ?? [])
  const isError = queries.length > 0 && queries.every((query) => query.isError)
  return {
    data: isThere && !(isError && found.length === 0) ? found.flatMap(({ rows }) => rows) : undefined,
    isError,
    error: queries.find(({ error }) => error !== null)?.error ?? null,
    refetch: () => {
      for (const query of queries) void query.refetch()
    },
    dataUpdatedAt: Math.min(...queries.map((query) => query.dataUpdatedAt)),
    isFetching: queries.some((query) => query.isFetching),
  }
}
