import { SCOPE_NAMES } from '@liaison/access'
import { readBody, readTagged } from '@liaison/client'
import type { ApiClient } from '@liaison/client'

import type { Frame } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { holdPrivateKey, makeHeldKey } from './key-pair.ts'
import { makeAttempt, push } from './sandbox-app.ts'
import type { Attempt, SigningKey } from './sandbox-store.ts'
import { findKey, keepKey } from './sandbox-store.ts'

/** As which client a developer asks: one of the partner's with its key file, or the one that is made for trying out. */
export type Choice = { client: ApiClient | null; file: File | null; addsAddress: boolean }

/** What the person has to do before a try can begin, in words. */
export class SandboxWish extends Error {}

const mostKeys = 10

async function change(frame: Frame, client: ApiClient, body: object): Promise<void> {
  const params = { path: { client_id: client.client_id } }
  const { etag } = await readTagged(frame.client.GET('/partner/clients/{client_id}', { params }))
  await readBody(
    frame.client.PATCH('/partner/clients/{client_id}', { params, headers: { 'If-Match': etag ?? '' }, body }),
  )
}

const isRegistered = ({ jwks }: ApiClient, kid: string): boolean =>
  jwks.keys.some((key) => key['kid'] === kid)

/** The client that is made for trying out, where there is one: by its name and the address of this page. */
async function findTryOut(frame: Frame, back: string): Promise<ApiClient | undefined> {
  const query = { status: ['active' as const], limit: 100 }
  const { items } = await readBody(frame.client.GET('/partner/clients', { params: { query } }))
  return items.find(
    ({ environment, name, redirect_uris: uris }) =>
      environment === 'sandbox' && name === t('sandbox.client_name') && uris.includes(back),
  )
}

async function takeTryOut(frame: Frame, back: string): Promise<{ client: ApiClient; signing: SigningKey }> {
  const known = await findTryOut(frame, back)
  const held = known === undefined ? null : await findKey(known.client_id)
  if (known !== undefined && held !== null && isRegistered(known, held.kid))
    return { client: known, signing: held }
  const { jwk, key } = await makeHeldKey()
  if (known !== undefined)
    await change(frame, known, { jwks: { keys: [...known.jwks.keys.slice(1 - mostKeys), jwk] } })
  const client =
    known ??
    (await readBody(
      frame.client.POST('/partner/clients', {
        body: {
          name: t('sandbox.client_name'),
          description: t('sandbox.client_about'),
          redirect_uris: [back],
          scopes: [...SCOPE_NAMES],
          jwks: { keys: [jwk] },
        },
      }),
    ))
  const signing = { kid: String(jwk['kid']), key }
  await keepKey(client.client_id, signing)
  return { client, signing }
}

async function takeOwn(frame: Frame, { client, file, addsAddress }: Choice, back: string) {
  if (client === null || file === null) throw new SandboxWish(t('sandbox.key_missing'))
  const signing = await holdPrivateKey(await file.text())
  if (signing === null) throw new SandboxWish(t('sandbox.key_unreadable'))
  if (!isRegistered(client, signing.kid)) throw new SandboxWish(t('sandbox.key_unknown'))
  if (!client.redirect_uris.includes(back)) {
    if (!addsAddress) throw new SandboxWish(t('sandbox.address_missing'))
    await change(frame, client, { redirect_uris: [...client.redirect_uris, back] })
  }
  return { client, signing }
}

/** Opens the sandbox, asks as the chosen client, and answers where the customer decides, with what is needed when the browser comes back. */
export async function begin(
  frame: Frame,
  choice: Choice,
  back: string,
): Promise<{ address: string; attempt: Attempt }> {
  await readBody(frame.client.POST('/partner/sandbox', { body: {} }))
  const { client, signing } = await (choice.client === null
    ? takeTryOut(frame, back)
    : takeOwn(frame, choice, back))
  const { client_id: clientId, scopes } = client
  const wanted = { clientId, scopes, signing, purpose: t('sandbox.purpose') }
  const attempt = await makeAttempt(wanted)
  return { address: await push(attempt, wanted, back), attempt }
}
