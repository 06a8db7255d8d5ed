import type { KeyObject } from 'node:crypto'
import { z } from 'zod'
import { enqueue, recordEvent } from '#platform/mandate.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { createKey, createToken, endKey, endToken, rotateToken } from './acts.ts'
import { getAgency } from './agency-store.ts'
import { codeMail } from './code-mail.ts'
import { getForm } from './form-store.ts'
import { listKeys } from './key-store.ts'
import { BASE } from './routes-agencies.ts'
import { FORMS } from './routes-forms.ts'
import {
  AgencyParams,
  CreateKey,
  CreateToken,
  FormParams,
  KeyParams,
  MailCode,
  ReasonInput,
  RotateToken,
  TokenParams,
} from './schemas.ts'
import { makeSnippets } from './snippets.ts'
import type { EmbedPlaces } from './snippets.ts'
import { listTokens } from './token-store.ts'
import { KeyBody, NewKeyBody, NewTokenBody, SnippetsBody, TokenBody, toKey, toToken } from './view.ts'

const MANAGE = { permission: 'tenant.agencies.manage' } as const
const READ = { permission: 'tenant.agencies.read' } as const
const TOKENS = '/api/v1/tenant/tokens'
const NO_STORE = { 'Cache-Control': 'no-store' }

/** What makes credentials, and what tells where the embed stands. */
export interface TokenParts {
  readonly pepper: () => KeyObject
  readonly places: () => EmbedPlaces
}

type Made = Awaited<ReturnType<typeof createToken>>

function makeCreateRoutes({ pepper, places }: TokenParts): readonly Route[] {
  const told = ({ token, row, form }: Made, now: Date) =>
    sent({ ...toToken(row, now), token, snippets: makeSnippets(places(), form.public_id, token) }, NO_STORE)
  return [
    route({
      method: 'POST',
      path: `${FORMS}/:form_id/tokens`,
      summary: 'Make the token of a form; it is shown this once, with the code to paste',
      input: { params: FormParams, body: CreateToken },
      access: MANAGE,
      limit: 'write',
      problems: ['FORM_NOT_FOUND', 'FORM_CANNOT_ISSUE', 'FORM_TOKEN_EXISTS', 'FORM_TOKEN_MODE'],
      responses: { 201: NewTokenBody },
      showsSecret: true,
      handle: async ({ mandate, params, body }) =>
        told(await createToken({ mandate, pepper: pepper() }, params.form_id, body.mode), mandate.origin.now),
    }),
    route({
      method: 'POST',
      path: `${TOKENS}/:token_id/rotate`,
      summary: 'Replace a token; the old one goes on working for the chosen time',
      input: { params: TokenParams, body: RotateToken },
      access: MANAGE,
      limit: 'write',
      problems: ['FORM_TOKEN_NOT_FOUND', 'FORM_TOKEN_STATE_CONFLICT'],
      responses: { 201: NewTokenBody },
      showsSecret: true,
      handle: async ({ mandate, params, body }) =>
        told(
          await rotateToken({ mandate, pepper: pepper() }, params.token_id, body.overlap_seconds),
          mandate.origin.now,
        ),
    }),
  ]
}

const tokenRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${FORMS}/:form_id/tokens`,
    summary: 'The tokens of a form: the current one, replaced ones and ended ones',
    input: { params: FormParams },
    access: READ,
    limit: 'list',
    problems: ['FORM_NOT_FOUND'],
    responses: { 200: z.strictObject({ items: z.array(TokenBody) }) },
    async handle({ mandate, params }) {
      const { id } = await getForm(mandate, params.form_id)
      const rows = await listTokens(mandate, id)
      return { items: rows.map((row) => toToken(row, mandate.origin.now)) }
    },
  }),
  route({
    method: 'POST',
    path: `${TOKENS}/:token_id/revoke`,
    summary: 'Stop a token: its next request is refused',
    input: { params: TokenParams, body: ReasonInput },
    access: MANAGE,
    limit: 'write',
    problems: ['FORM_TOKEN_NOT_FOUND', 'FORM_TOKEN_STATE_CONFLICT'],
    responses: { 200: TokenBody },
    handle: async ({ mandate, params, body }) =>
      toToken(await endToken(mandate, params.token_id, body.reason), mandate.origin.now),
  }),
]

function makeCodeRoutes({ places }: TokenParts): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: `${FORMS}/:form_id/embed-code`,
      summary: 'The code to paste, with a placeholder for the token, and what the site must allow',
      input: { params: FormParams },
      access: READ,
      limit: 'detail',
      problems: ['FORM_NOT_FOUND'],
      responses: { 200: SnippetsBody },
      async handle({ mandate, params }) {
        const form = await getForm(mandate, params.form_id)
        return makeSnippets(places(), form.public_id, null)
      },
    }),
    route({
      method: 'POST',
      path: `${FORMS}/:form_id/mail-code`,
      summary: 'Mail to the agency how the form comes into its page; the token is not in the mail',
      input: { params: FormParams, body: MailCode },
      access: MANAGE,
      limit: 'write',
      problems: ['FORM_NOT_FOUND'],
      responses: { 202: z.strictObject({ mailed_to: z.string() }) },
      async handle({ mandate, params, body }) {
        const form = await getForm(mandate, params.form_id)
        const snippets = makeSnippets(places(), form.public_id, null)
        await enqueue(mandate, 'mail', {
          to: body.email,
          ...codeMail({ form, tenant: mandate.tenant.name, sender: mandate.actor.name, snippets }),
        })
        recordEvent(mandate, {
          action: 'form.code_mailed',
          resource: { type: 'form', id: form.id, label: `${form.agency_name}: ${form.name}` },
          changes: { mailed_to_domain: body.email.slice(body.email.indexOf('@') + 1) },
        })
        return { mailed_to: body.email }
      },
    }),
  ]
}

function makeKeyRoutes({ pepper }: TokenParts): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: `${BASE}/:agency_id/keys`,
      summary: 'The server keys of an agency',
      input: { params: AgencyParams },
      access: READ,
      limit: 'list',
      problems: ['AGENCY_NOT_FOUND'],
      responses: { 200: z.strictObject({ items: z.array(KeyBody) }) },
      async handle({ mandate, params }) {
        const { id } = await getAgency(mandate, params.agency_id)
        return { items: (await listKeys(mandate, id)).map(toKey) }
      },
    }),
    route({
      method: 'POST',
      path: `${BASE}/:agency_id/keys`,
      summary: 'Make a secret key for the server of an agency; it is shown this once',
      input: { params: AgencyParams, body: CreateKey },
      access: MANAGE,
      limit: 'write',
      problems: ['AGENCY_NOT_FOUND', 'AGENCY_LIMIT_REACHED', 'VOUCHER_TYPE_UNKNOWN'],
      responses: { 201: NewKeyBody },
      showsSecret: true,
      async handle({ mandate, params, body }) {
        const { key, row } = await createKey({ mandate, pepper: pepper() }, params.agency_id, body)
        return sent({ ...toKey(row), key }, NO_STORE)
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/tenant/agency-keys/:key_id/revoke',
      summary: 'Stop a server key: its next request is refused',
      input: { params: KeyParams, body: ReasonInput },
      access: MANAGE,
      limit: 'write',
      problems: ['AGENCY_KEY_NOT_FOUND', 'AGENCY_KEY_STATE_CONFLICT'],
      responses: { 200: KeyBody },
      handle: async ({ mandate, params, body }) => toKey(await endKey(mandate, params.key_id, body.reason)),
    }),
  ]
}

/** The routes of form tokens, server keys and the code to paste (E1, E12). */
export function makeTokenRoutes(parts: TokenParts): readonly Route[] {
  return [...tokenRoutes, ...makeCreateRoutes(parts), ...makeCodeRoutes(parts), ...makeKeyRoutes(parts)]
}
