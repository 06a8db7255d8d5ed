import { decodeId, idFromUuid, SCOPE_NAMES } from '@liaison/access'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { errors } from 'oidc-provider'
import type { InteractionResults, Provider } from 'oidc-provider'
import { html } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import { redirect } from '#platform/html.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { acceptedLanguage, firstLanguage } from '#platform/words/language.ts'
import type { Reading } from '#platform/words/language.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { findOwnLanguage } from '#platform/words/own-language.ts'
import { withLanguage } from '#platform/words/page-language.ts'
import { inLanguages, notice, showPage } from '#platform/pages/index.ts'
import { ProblemError } from '#platform/problem.ts'
import { keepFor } from './artifact-store.ts'
import { registeredScopes } from './basis.ts'
import { parseRequested, secondsOfDuration } from './details.ts'
import { beginGrant } from './grant-begin.ts'
import type { ConsentOutcome, ConsentQuestion, OAuthParts } from './parts.ts'
import { askedScopes, readGrantAction } from './request-rules.ts'
import type { Running } from './server.ts'
import { INTERACTION_SECONDS, ISSUER_PATH, RETURN_SECONDS } from './settings.ts'
import { OAUTH_WORDS } from './words/index.ts'

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** One visit of a browser to an interaction. */
export interface InteractionVisit {
  readonly mandate: Mandate<'identity'>
  readonly running: Running
  readonly uid: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** A visit whose language is known. */
interface Read extends InteractionVisit {
  readonly reading: Reading
}

const DEFAULT_SECONDS = 365 * 86_400

const pathOf = (uid: string): string => `${ISSUER_PATH}/interaction/${encodeURIComponent(uid)}`

/**
 * How the pages are read: in the language that the person chose on them, else the first of ours that the application asked
 * for, else that of the person, else that of the browser.
 */
async function readingOf(
  { mandate, request }: InteractionVisit,
  interaction: Interaction | null,
): Promise<Reading> {
  const asked = new URL(request.url ?? '/', 'https://here.invalid').searchParams.get('lang')
  const chosen = firstLanguage(asked) ?? firstLanguage(interaction?.params['ui_locales']) ?? undefined
  const language = chosen ?? (await findOwnLanguage(mandate))
  return { chosen, language: language ?? acceptedLanguage(request.headers['accept-language']) }
}

function gonePage(uid: string, reading: Reading): HtmlPage {
  const { gone } = OAUTH_WORDS[reading.language]
  const body = html`<p class="lead">${gone.lead}</p>
    <p>${gone.next}</p>`
  return showPage(gone.title, body, { status: 400, ...inLanguages(reading, pathOf(uid)) })
}

/** What a person allowed is told as long as it is in force, although nothing leads from here to the application any more. */
function inForcePage(uid: string, reading: Reading, { tenantId }: { readonly tenantId: string }): HtmlPage {
  const { gone, inForce } = OAUTH_WORDS[reading.language]
  const place = `/org/${publicIdOf('tenant', tenantId)}/access`
  const body = html`<p class="lead">${inForce.lead}</p>
    <p>${inForce.next}</p>
    <p><a class="button" href="${place}">${inForce.see}</a></p>`
  return showPage(gone.title, body, { status: 400, ...inLanguages(reading, pathOf(uid)) })
}

/** The end of the way, by what became of the request that this person was asked. */
async function overPage(parts: OAuthParts, { mandate, uid, reading }: Read): Promise<HtmlPage> {
  try {
    const { state, delegation } = await parts.consents.read(mandate, uid)
    if (state === 'approved' && delegation) return inForcePage(uid, reading, delegation)
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'CONSENT_REQUEST_NOT_FOUND') throw error
  }
  return gonePage(uid, reading)
}

function otherPersonPage(uid: string, reading: Reading): HtmlPage {
  const { otherPerson: words } = OAUTH_WORDS[reading.language]
  const body = html`<p class="lead">${words.lead}</p>
    <p>${words.next}</p>
    <p><a class="button" href="${withLanguage('/signout', reading.chosen)}">${words.signOut}</a></p>`
  return showPage(words.title, body, { status: 403, ...inLanguages(reading, pathOf(uid)) })
}

/** The interaction that this browser was given, when the address names the same one (attack 20). */
async function findInteraction({
  running,
  request,
  response,
  uid,
}: InteractionVisit): Promise<Interaction | null> {
  try {
    const interaction = await running.provider.interactionDetails(request, response)
    return interaction.uid === uid ? interaction : null
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return null
    throw error
  }
}

async function questionOf(
  { running }: InteractionVisit,
  interaction: Interaction,
): Promise<ConsentQuestion | null> {
  const { params } = interaction
  const clientId = decodeId('api_client', String(params['client_id']))
  const client = await running.provider.Client.find(String(params['client_id']))
  const details: unknown = JSON.parse(String(params['authorization_details']))
  const parsed = parseRequested(Array.isArray(details) ? details[0] : null)
  if (clientId === null || !client || 'fault' in parsed) return null
  const { detail } = parsed
  const { action, consentId } = readGrantAction(params)
  return {
    uid: interaction.uid,
    clientId,
    scopes: askedScopes(params, registeredScopes(client)),
    actions: detail.actions,
    customerHint: detail.customer_hint ?? null,
    accessDurationSeconds:
      (detail.access_duration === undefined ? null : secondsOfDuration(detail.access_duration)) ??
      DEFAULT_SECONDS,
    purpose: detail.purpose ?? null,
    reference: detail.reference ?? null,
    grantAction: action,
    delegationId: consentId,
  }
}

/** On to the library, by a page that leads on by itself: a redirect would be part of the form that was sent, and browsers keep forms on this site. */
async function finish(visit: Read, result: InteractionResults): Promise<HtmlPage> {
  const { running, request, response, reading } = visit
  const words = OAUTH_WORDS[reading.language].finish
  const path = await running.provider.interactionResult(request, response, result, {
    mergeWithLastSubmission: false,
  })
  const { pathname } = new URL(path)
  return showPage(
    words.title,
    html`<p class="lead">${words.lead}</p>
      <p><a class="button" href="${pathname}">${words.goOn}</a></p>`,
    { headers: { Refresh: `0; url=${pathname}` }, language: reading.language },
  )
}

async function approve(
  parts: OAuthParts,
  visit: Read,
  {
    interaction,
    agreed,
    personId,
  }: { interaction: Interaction; agreed: NonNullable<ConsentOutcome['delegation']>; personId: string },
): Promise<HtmlPage> {
  const clientId = decodeId('api_client', String(interaction.params['client_id']))
  if (clientId === null) return gonePage(visit.uid, visit.reading)
  const grantId = await beginGrant(parts, visit.running.provider, {
    accountId: personId,
    clientId,
    agreed,
    asked: askedScopes(interaction.params, SCOPE_NAMES),
  })
  if (grantId === null)
    return finish(visit, { error: 'access_denied', error_description: 'the access has ended already' })
  recordEvent(visit.mandate, {
    action: 'oauth.grant.begin',
    tenantId: agreed.tenantId,
    delegationId: agreed.id,
    resource: { type: 'api_client', id: clientId },
  })
  return finish(visit, { login: { accountId: personId, remember: false }, consent: { grantId } })
}

function waiting({ uid, reading }: Read): HtmlPage {
  const words = OAUTH_WORDS[reading.language].waiting
  const body = html`${notice('info', html`<p>${words.nothing}</p>`)}
    <p class="lead">${words.lead}</p>
    <p>${words.next}</p>`
  return showPage(words.title, body, inLanguages(reading, pathOf(uid)))
}

async function decide(parts: OAuthParts, visit: Read, interaction: Interaction): Promise<HtmlPage> {
  const { mandate, uid, reading } = visit
  const { session } = mandate
  if (!session) {
    const back = withLanguage(pathOf(uid), reading.chosen)
    return redirect(`/signin?return_to=${encodeURIComponent(back)}`)
  }
  const question = await questionOf(visit, interaction)
  if (!question)
    return finish(visit, { error: 'access_denied', error_description: 'the client is not active' })
  const { path } = await parts.consents.open(mandate, question)
  const outcome = await parts.consents.read(mandate, uid)
  // What is answered late, or by two, is in force: the way back to the application must last as long as that may take.
  await keepFor(parts.database, 'Interaction', { id: uid, seconds: RETURN_SECONDS })
  if (outcome.state === 'open') return redirect(withLanguage(path, reading.chosen))
  if (outcome.state === 'waiting') return waiting(visit)
  if (outcome.state !== 'approved' || !outcome.delegation)
    return finish(visit, { error: 'access_denied', error_description: 'the request was declined' })
  await keepFor(parts.database, 'Interaction', { id: uid, seconds: INTERACTION_SECONDS })
  return approve(parts, visit, {
    interaction,
    agreed: outcome.delegation,
    personId: idFromUuid('person', session.personId),
  })
}

/**
 * The way of a person through an authorization request: sign-in, consent, and back to the application. Bound to the
 * browser by the library's cookie and to the person by our own session, at each step.
 */
export async function visitInteraction(parts: OAuthParts, visit: InteractionVisit): Promise<HtmlPage> {
  const interaction = await findInteraction(visit)
  const reading = await readingOf(visit, interaction)
  const read = { ...visit, reading }
  if (!interaction) return overPage(parts, read)
  try {
    return await decide(parts, read, interaction)
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    if (error.code === 'CONSENT_REQUEST_NOT_FOUND') return otherPersonPage(visit.uid, reading)
    if (error.code === 'CONSENT_REQUEST_BLOCKED' || error.code === 'CONSENT_NOT_FOUND')
      return finish(read, { error: 'access_denied', error_description: 'the request cannot be answered' })
    throw error
  }
}
