import { encodeId } from '@liaison/access'
import { z } from 'zod'
import { SecondPersonBody } from '#modules/approvals/index.ts'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import { plainText, wholeNumber } from '#platform/route-input.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { answerInForce, compareWithActive, putInForce, requireBase, saveVersion } from './acts.ts'
import { askForLess } from './identity-care.ts'
import { findDifferences } from './difference.ts'
import { ConfigurationDocument } from './document.ts'
import { CONFIGURATION_KEYS } from './keys.ts'
import {
  ComparisonBody,
  HistoryBody,
  InForceBody,
  KeyBody,
  PartnerParams,
  toComparison,
  toKeyBody,
  toVersion,
  toVersionWithDocument,
  VersionBody,
  VersionParams,
  VersionWithDocument,
} from './schemas.ts'
import {
  countImpact,
  findPointer,
  getPartnerName,
  getVersion,
  listActivations,
  listVersions,
  mergeDocument,
} from './store.ts'

const BASE = '/api/v1/admin/partners/:partner_id/configuration'
const READ = { permission: 'platform.configuration.read' } as const
const MANAGE = { permission: 'platform.configuration.manage' } as const

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/admin/configuration/keys',
    summary: 'Every key of a partner configuration, with its default and its bound',
    input: {},
    access: READ,
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(KeyBody) }) },
    handle: () => Promise.resolve({ items: CONFIGURATION_KEYS.map(toKeyBody) }),
  }),
  route({
    method: 'GET',
    path: BASE,
    summary: "A partner's configuration as it is in force",
    input: { params: PartnerParams },
    access: READ,
    limit: 'detail',
    problems: ['PARTNER_UNKNOWN'],
    responses: { 200: InForceBody },
    handle: ({ mandate, params }) => answerInForce(mandate, params.partner_id),
  }),
  route({
    method: 'GET',
    path: `${BASE}/versions`,
    summary: "The versions of a partner's configuration, newest first",
    input: { params: PartnerParams, query: z.strictObject(pageQuery) },
    access: READ,
    limit: 'list',
    problems: ['PARTNER_UNKNOWN'],
    responses: { 200: z.strictObject(pageOf(VersionBody)).meta({ id: 'ConfigurationVersionPage' }) },
    async handle({ mandate, params, query }) {
      await getPartnerName(mandate, params.partner_id)
      const pointer = await findPointer(mandate, params.partner_id)
      const { rows, total } = await listVersions(mandate, params.partner_id, query)
      return toPage(
        rows.map((row) => toVersion(row, pointer?.active_version ?? null)),
        query,
        total,
      )
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}/versions/:version`,
    summary: "One version of a partner's configuration",
    input: { params: VersionParams },
    access: READ,
    limit: 'detail',
    problems: ['CONFIGURATION_VERSION_NOT_FOUND'],
    responses: { 200: VersionWithDocument },
    async handle({ mandate, params }) {
      const pointer = await findPointer(mandate, params.partner_id)
      const row = await getVersion(mandate, params.partner_id, params.version)
      return toVersionWithDocument(row, pointer?.active_version ?? null)
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}/activations`,
    summary: 'When which version was put in force, by whom and why; the newest 100',
    input: { params: PartnerParams },
    access: READ,
    limit: 'list',
    problems: ['PARTNER_UNKNOWN'],
    responses: { 200: HistoryBody },
    async handle({ mandate, params }) {
      await getPartnerName(mandate, params.partner_id)
      const rows = await listActivations(mandate, params.partner_id)
      return {
        items: rows.map((row) => ({
          version: row.version,
          previous_version: row.previous_version,
          kind: row.kind,
          reason: row.reason,
          activated_by_name: row.activated_by_name,
          activated_at: row.activated_at.toISOString(),
        })),
      }
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}/difference`,
    summary: 'What differs between two versions, in words; version 0 is the defaults of the platform',
    input: {
      params: PartnerParams,
      query: z.strictObject({ from: wholeNumber(0, 1_000_000), to: wholeNumber(0, 1_000_000) }),
    },
    access: READ,
    limit: 'detail',
    problems: ['PARTNER_UNKNOWN', 'CONFIGURATION_VERSION_NOT_FOUND'],
    responses: { 200: ComparisonBody },
    async handle({ mandate, params, query }) {
      await getPartnerName(mandate, params.partner_id)
      const effectiveOf = async (version: number) =>
        mergeDocument(
          mandate,
          version === 0 ? {} : (await getVersion(mandate, params.partner_id, version)).document,
        )
      const differences = findDifferences(await effectiveOf(query.from), await effectiveOf(query.to))
      return toComparison(query, differences, await countImpact(mandate, params.partner_id))
    },
  }),
  route({
    method: 'POST',
    path: `${BASE}/preview`,
    summary: 'What a document would change, and for how many; nothing is saved',
    input: { params: PartnerParams, body: z.strictObject({ document: ConfigurationDocument }) },
    access: READ,
    limit: 'detail',
    problems: ['PARTNER_UNKNOWN'],
    readsOnly: 'it compares a document that is not saved',
    responses: { 200: ComparisonBody },
    async handle({ mandate, params, body }) {
      const label = await getPartnerName(mandate, params.partner_id)
      noteRead(mandate, {
        action: 'configuration.preview',
        resource: { type: 'partner', id: params.partner_id, label },
      })
      return compareWithActive(mandate, params.partner_id, body.document)
    },
  }),
]

const saveRoute = route({
  method: 'POST',
  path: `${BASE}/versions`,
  summary: 'Save a version; it is in force only once it is activated',
  input: {
    params: PartnerParams,
    body: z.strictObject({
      document: ConfigurationDocument,
      note: plainText(1, 500).optional(),
      based_on: z.int().min(0).max(1_000_000).optional().meta({
        description:
          'The version in force that this one was drafted from, 0 for the defaults; without it, what is in force now.',
      }),
    }),
  },
  access: MANAGE,
  limit: 'write',
  problems: ['PARTNER_UNKNOWN', 'CONFIGURATION_VERSION_NOT_FOUND'],
  responses: { 201: VersionWithDocument },
  async handle({ mandate, params, body }) {
    const version = await saveVersion(mandate, params.partner_id, {
      document: body.document,
      note: body.note ?? null,
      basedOn: body.based_on,
    })
    const pointer = await findPointer(mandate, params.partner_id)
    const row = await getVersion(mandate, params.partner_id, version)
    return sent(toVersionWithDocument(row, pointer?.active_version ?? null), {
      Location: `${BASE.replace(':partner_id', encodeId('partner', params.partner_id))}/versions/${version}`,
    })
  },
})

const ActivateInput = z.strictObject({
  version: z.int().min(1).max(1_000_000),
  reason: plainText(1, 500),
  replaces: z.int().min(1).max(1_000_000).optional().meta({
    description:
      'The version in force, where this one is to take its place although it was drafted from another one. Whoever goes back says so by that.',
  }),
})

const makeActivateRoute = (kind: 'activate' | 'roll_back', services: Services): Route =>
  route({
    method: 'POST',
    path: `${BASE}/${kind === 'activate' ? 'activate' : 'roll-back'}`,
    summary:
      kind === 'activate'
        ? 'Put a version in force, from the next request of everybody on'
        : 'Go back to an older version, within the bounds of today',
    input: {
      params: PartnerParams,
      body: ActivateInput,
    },
    access: MANAGE,
    limit: 'write',
    ifMatch: true,
    problems: [
      'PARTNER_UNKNOWN',
      'CONFIGURATION_VERSION_NOT_FOUND',
      'CONFIGURATION_ALREADY_ACTIVE',
      'CONFIGURATION_OUTDATED',
      ...(kind === 'activate' ? ['CONFIGURATION_BASE_STALE'] : []),
      'CONFIGURATION_LOWERS_ALONE',
      'SECOND_PERSON_WAITING',
    ],
    responses: { 200: InForceBody, 202: SecondPersonBody },
    async handle({ mandate, params, body, expectedVersion }) {
      const { version, reason, replaces } = body
      // Whoever goes back to an older version says by that which one it is to take the place of.
      if (kind === 'activate') await requireBase(mandate, params.partner_id, { version, replaces })
      const activation = { version, reason, kind, expectedVersion }
      const asked = await askForLess(mandate, params.partner_id, {
        ...activation,
        origin: services.publicOrigin(),
      })
      if (asked !== null) return sent(asked, {}, 202)
      await putInForce(mandate, params.partner_id, activation)
      return answerInForce(mandate, params.partner_id)
    },
  })

/** The routes by which the provider reads and changes the configuration of partners. Source: C2. */
export function makePlatformConfigurationRoutes(services: Services): readonly Route[] {
  return [
    ...readRoutes,
    saveRoute,
    makeActivateRoute('activate', services),
    makeActivateRoute('roll_back', services),
  ]
}
