import { decodeId, encodeId } from '@liaison/access'
import type { Action } from '@liaison/access'
import { isIP } from 'node:net'
import { z } from 'zod'
import { ProblemError } from '#platform/problem.ts'
import { authenticatePep } from './authzen-evaluate.ts'
import type { Enforcement } from './authzen-evaluate.ts'
import { ActionSearch, parseQuestion, ResourceSearch, SubjectSearch, textProperty } from './authzen-schema.ts'
import {
  allowedActions,
  encodeDelegation,
  readAction,
  readDelegationId,
  readStanding,
} from './authzen-standing.ts'
import type { Named } from './authzen-standing.ts'
import { listAccountsOfClient, listClientsOfAccount } from './store.ts'
import type { CandidatePage } from './store.ts'

/** A page of results (Authorization API 1.0 section 8.2). `next_token` is empty when there is no more. */
export interface SearchPage {
  readonly results: readonly Readonly<Record<string, unknown>>[]
  readonly page: { readonly next_token: string; readonly count: number }
}

const DEFAULT_LIMIT = 50
const Token = z.tuple([z.uuid(), z.uuid().nullable()])

function readPage(
  page: { token?: string | undefined; limit?: number | undefined } | undefined,
): CandidatePage {
  const most = page?.limit ?? DEFAULT_LIMIT
  if (page?.token === undefined || page.token === '') return { after: null, most }
  const text = Buffer.from(page.token, 'base64url').toString()
  const parsed = Token.safeParse(text.startsWith('[') ? parseJson(text) : null)
  if (!parsed.success) throw new ProblemError(400, 'CURSOR_INVALID', 'The page token is not of this search.')
  const [id, delegationId] = parsed.data
  return { after: { id, delegationId }, most }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

interface Candidate {
  readonly id: string
  readonly delegationId: string | null
}

/** A full page of candidates may be followed by more, whatever of it was allowed. */
function nextToken(candidates: readonly Candidate[], { most }: CandidatePage): string {
  const last = candidates.at(-1)
  if (!last || candidates.length < most) return ''
  return Buffer.from(JSON.stringify([last.id, last.delegationId])).toString('base64url')
}

/** Searches tell what clients may do without their tokens, so only enforcement points that are registered as trusted may ask. */
async function requireTrusted(enforcement: Enforcement): Promise<void> {
  const gateway = await authenticatePep(enforcement)
  if (!gateway.is_trusted)
    throw new ProblemError(403, 'PEP_NOT_TRUSTED', 'This enforcement point is not registered for searches.')
}

function readAddress(context: Readonly<Record<string, unknown>> | undefined): string | null {
  const ip = textProperty(context, 'ip_address')
  return ip !== null && isIP(ip) !== 0 ? ip : null
}

async function actionsOf(enforcement: Enforcement, named: Named, ip: string | null) {
  const standing = await readStanding(enforcement.parts.engine.database, named)
  if (!standing) return { actions: [] as Action[], delegation: null }
  const { delegation } = standing.entered
  return {
    actions: allowedActions(standing, ip),
    delegation: delegation && encodeDelegation(delegation.id, delegation.kind),
  }
}

/** With which billing accounts a client may do something now. */
export async function searchResources(enforcement: Enforcement, body: unknown): Promise<SearchPage> {
  await requireTrusted(enforcement)
  const { subject, action, resource, context, page } = parseQuestion(ResourceSearch, body)
  const asked = readPage(page)
  const clientId = decodeId('api_client', subject.id)
  const named = readAction(action.name)
  if (clientId === null || named === null || resource.type !== 'account')
    return { results: [], page: { next_token: '', count: 0 } }
  const found = await listAccountsOfClient(enforcement.parts.engine.database, clientId, asked)
  const results: Readonly<Record<string, unknown>>[] = []
  for (const { tenantId, ban, delegationId } of found) {
    const about = { clientId, tenantId, accountName: ban, delegationId }
    const { actions, delegation } = await actionsOf(enforcement, about, readAddress(context))
    if (!actions.includes(named)) continue
    const properties = {
      customer_id: encodeId('tenant', tenantId),
      ...(delegation !== null && { delegation_id: delegation }),
    }
    results.push({ type: 'account', id: ban, properties })
  }
  const candidates = found.map(({ accountId: id, delegationId }) => ({ id, delegationId }))
  return { results, page: { next_token: nextToken(candidates, asked), count: results.length } }
}

/** Which clients may do something with a billing account now. */
export async function searchSubjects(enforcement: Enforcement, body: unknown): Promise<SearchPage> {
  await requireTrusted(enforcement)
  const { subject, action, resource, context, page } = parseQuestion(SubjectSearch, body)
  const asked = readPage(page)
  const tenantId = decodeId('tenant', textProperty(resource.properties, 'customer_id') ?? '')
  const named = readAction(action.name)
  if (tenantId === null || named === null || resource.type !== 'account' || subject.type !== 'client')
    return { results: [], page: { next_token: '', count: 0 } }
  const account = { tenantId, ban: resource.id }
  const found = await listClientsOfAccount(enforcement.parts.engine.database, account, asked)
  const results: Readonly<Record<string, unknown>>[] = []
  for (const { clientId, delegationId } of found) {
    const about = { clientId, delegationId, tenantId, accountName: account.ban }
    const { actions, delegation } = await actionsOf(enforcement, about, readAddress(context))
    if (!actions.includes(named)) continue
    const properties = delegation === null ? {} : { delegation_id: delegation }
    results.push({ type: 'client', id: encodeId('api_client', clientId), properties })
  }
  const candidates = found.map(({ clientId: id, delegationId }) => ({ id, delegationId }))
  return { results, page: { next_token: nextToken(candidates, asked), count: results.length } }
}

/** What a client may do with a billing account now. */
export async function searchActions(enforcement: Enforcement, body: unknown): Promise<SearchPage> {
  await requireTrusted(enforcement)
  const { subject, resource, context } = parseQuestion(ActionSearch, body)
  const clientId = decodeId('api_client', subject.id)
  const tenantId = decodeId('tenant', textProperty(resource.properties, 'customer_id') ?? '')
  const delegationId = readDelegationId(
    textProperty(context, 'delegation_id') ?? textProperty(subject.properties, 'delegation_id'),
  )
  if (clientId === null || tenantId === null || delegationId === undefined || resource.type !== 'account')
    return { results: [], page: { next_token: '', count: 0 } }
  const about = { clientId, tenantId, accountName: resource.id, delegationId }
  const { actions } = await actionsOf(enforcement, about, readAddress(context))
  return { results: actions.map((name) => ({ name })), page: { next_token: '', count: actions.length } }
}
