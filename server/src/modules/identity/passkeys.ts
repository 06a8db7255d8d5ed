import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { PROVIDER_NAME } from '#platform/pages/index.ts'
import type { Services } from '#platform/services.ts'
import { addPasskey, findCredential, listCredentials, touchPasskey } from './factor-store.ts'
import type { PasskeyCredential } from './factor-store.ts'
import { keepToken, useToken } from './token-store.ts'

const CHALLENGE_SECONDS = 300
const CHALLENGE_BYTES = 32

/** A tenth of what a start loads, and most processes see a passkey late or never, so it comes with the first one. */
const loadLibrary = () => import('@simplewebauthn/server')

/** What a challenge was made for; an answer is taken for nothing else. */
export type PasskeyUse = 'sign_in' | 'second_factor' | 'step_up' | 'register'

/** For whom and for what a challenge is made. `personId` is null while nobody has said who they are. */
export interface PasskeyPurpose {
  readonly use: PasskeyUse
  readonly personId: string | null
}

const Bytes = z.string().regex(/^[A-Za-z0-9_-]{1,20000}$/)
const Common = {
  id: Bytes,
  rawId: Bytes,
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).nullish(),
  clientExtensionResults: z.looseObject({}),
}
const Assertion = z.object({
  ...Common,
  response: z.object({
    clientDataJSON: Bytes,
    authenticatorData: Bytes,
    signature: Bytes,
    userHandle: Bytes.nullish(),
  }),
})
const Attestation = z.object({
  ...Common,
  response: z.object({
    clientDataJSON: Bytes,
    attestationObject: Bytes,
    transports: z.array(z.string().max(40)).max(10).nullish(),
  }),
})

const rpIdOf = (services: Services) => new URL(services.publicOrigin()).hostname

/** Where passkeys are shown: on the public origin, and on that of the authorization server when its host stands below, as browsers demand (WebAuthn level 3 section 5.1.3). */
function originsOf(services: Services): string[] {
  const [own, auth] = [services.publicOrigin(), services.authOrigin()]
  const isBelow = new URL(auth).hostname.endsWith(`.${rpIdOf(services)}`)
  return isBelow ? [own, auth] : [own]
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

async function keepChallenge(
  mandate: Mandate<'identity'>,
  purpose: PasskeyPurpose,
  challenge: string,
): Promise<void> {
  await keepToken(
    mandate,
    {
      purpose: 'passkey_challenge',
      lifeSeconds: CHALLENGE_SECONDS,
      personId: purpose.personId,
      detail: { use: purpose.use },
    },
    challenge,
  )
}

/** Uses the challenge that an answer names, if it was made for this; a challenge is good for one answer. */
function expectChallenge(
  mandate: Mandate<'identity'>,
  purpose: PasskeyPurpose,
): (challenge: string) => Promise<boolean> {
  return async (challenge) => {
    const kept = await useToken(mandate, 'passkey_challenge', challenge)
    return kept !== null && kept.detail['use'] === purpose.use && kept.personId === purpose.personId
  }
}

/** What a browser is asked when a person is to show a passkey, as JSON for `parseRequestOptionsFromJSON`. */
export async function askForPasskey(
  services: Services,
  mandate: Mandate<'identity'>,
  purpose: PasskeyPurpose,
): Promise<string> {
  const known = purpose.personId === null ? [] : await listCredentials(mandate, purpose.personId)
  const { generateAuthenticationOptions } = await loadLibrary()
  const options = await generateAuthenticationOptions({
    rpID: rpIdOf(services),
    challenge: new Uint8Array(randomBytes(CHALLENGE_BYTES)),
    userVerification: 'required',
    timeout: CHALLENGE_SECONDS * 1000,
    allowCredentials: known.map(({ credentialId, transports }) => ({
      id: credentialId,
      transports: [...transports],
    })),
  })
  await keepChallenge(mandate, purpose, options.challenge)
  return JSON.stringify(options)
}

/** What a browser is asked when a person adds a passkey. */
export async function askToRegister(
  services: Services,
  mandate: Mandate<'identity'>,
  person: { readonly id: string; readonly email: string; readonly name: string },
): Promise<string> {
  const known = await listCredentials(mandate, person.id)
  const { generateRegistrationOptions } = await loadLibrary()
  const options = await generateRegistrationOptions({
    rpName: PROVIDER_NAME,
    rpID: rpIdOf(services),
    userName: person.email,
    userDisplayName: person.name,
    userID: new Uint8Array(Buffer.from(person.id.replaceAll('-', ''), 'hex')),
    challenge: new Uint8Array(randomBytes(CHALLENGE_BYTES)),
    attestationType: 'none',
    timeout: CHALLENGE_SECONDS * 1000,
    excludeCredentials: known.map(({ credentialId, transports }) => ({
      id: credentialId,
      transports: [...transports],
    })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
  await keepChallenge(mandate, { use: 'register', personId: person.id }, options.challenge)
  return JSON.stringify(options)
}

async function verifyWith(
  services: Services,
  credential: PasskeyCredential,
  expected: {
    readonly answer: z.output<typeof Assertion>
    readonly challenge: (challenge: string) => Promise<boolean>
  },
): Promise<number | null> {
  const { answer } = expected
  const { userHandle, ...response } = answer.response
  const { verifyAuthenticationResponse } = await loadLibrary()
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        id: answer.id,
        rawId: answer.rawId,
        type: answer.type,
        clientExtensionResults: {},
        response: { ...response, ...(typeof userHandle === 'string' && { userHandle }) },
      },
      expectedChallenge: expected.challenge,
      expectedOrigin: originsOf(services),
      expectedRPID: rpIdOf(services),
      requireUserVerification: true,
      credential: {
        id: credential.credentialId,
        publicKey: new Uint8Array(credential.publicKey),
        counter: credential.signCount,
      },
    })
    return verified ? authenticationInfo.newCounter : null
  } catch {
    // The library throws for every answer that does not hold; which part failed is nobody's business.
    return null
  }
}

/** The person whose passkey signed our challenge; null when the answer does not hold for this purpose (WebAuthn level 3 section 7.2). */
export async function acceptPasskey(
  services: Services,
  mandate: Mandate<'identity'>,
  attempt: PasskeyPurpose & { readonly response: string },
): Promise<string | null> {
  const parsed = Assertion.safeParse(parseJson(attempt.response))
  if (!parsed.success) return null
  const credential = await findCredential(mandate, parsed.data.id)
  if (!credential || (attempt.personId !== null && credential.personId !== attempt.personId)) return null
  const counter = await verifyWith(services, credential, {
    answer: parsed.data,
    challenge: expectChallenge(mandate, attempt),
  })
  if (counter === null) return null
  await touchPasskey(mandate, credential.id, counter)
  return credential.personId
}

async function verifyNew(
  services: Services,
  attempt: {
    readonly answer: z.output<typeof Attestation>
    readonly challenge: (challenge: string) => Promise<boolean>
  },
) {
  const { id, rawId, type, response } = attempt.answer
  const { verifyRegistrationResponse } = await loadLibrary()
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      response: {
        id,
        rawId,
        type,
        clientExtensionResults: {},
        response: { clientDataJSON: response.clientDataJSON, attestationObject: response.attestationObject },
      },
      expectedChallenge: attempt.challenge,
      expectedOrigin: originsOf(services),
      expectedRPID: rpIdOf(services),
      requireUserVerification: true,
    })
    return registrationInfo?.credential ?? null
  } catch {
    return null
  }
}

/** Keeps a new passkey; false when the answer does not hold. Attestation is not asked for, so any authenticator that verifies its user is taken. */
export async function registerPasskey(
  services: Services,
  mandate: Mandate<'identity'>,
  attempt: { readonly personId: string; readonly response: string; readonly label: string },
): Promise<boolean> {
  const parsed = Attestation.safeParse(parseJson(attempt.response))
  if (!parsed.success) return false
  const { personId, label } = attempt
  const credential = await verifyNew(services, {
    answer: parsed.data,
    challenge: expectChallenge(mandate, { use: 'register', personId }),
  })
  if (!credential || (await findCredential(mandate, credential.id))) return false
  const transports = parsed.data.response.transports ?? []
  await addPasskey(mandate, {
    personId,
    label,
    transports,
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey),
    signCount: credential.counter,
  })
  return true
}
