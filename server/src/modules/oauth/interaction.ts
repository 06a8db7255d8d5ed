import { decodeId, idFromUuid, SCOPE_NAMES } from '@liaison/access'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { errors } from 'oidc-provider'
import type { InteractionResults, Provider } from 'oidc-provider'
import { html } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import { redirect } from '#platform/html.ts'
import { firstLanguage } from '#platform/language.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { notice, showPage } from '#platform/pages/index.ts'
import { ProblemError } from '#platform/problem.ts'
import { keepFor } from './artifact-store.ts'
import { registeredScopes } from './basis.ts'
import { parseRequested, secondsOfDuration } from './details.ts'
import { beginGrant } from './grant-begin.ts'
import type { ConsentOutcome, ConsentQuestion, OAuthParts } from './parts.ts'
import { askedScopes, readGrantAction } from './request-rules.ts'
import type { Running } from './server.ts'
import { INTERACTION_SECONDS, ISSUER_PATH, WAITING_SECONDS } from './settings.ts'

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** One visit of a browser to an interaction. */
export interface InteractionVisit {
  readonly mandate: Mandate<'identity'>
  readonly running: Running
  readonly uid: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

const DEFAULT_SECONDS = 365 * 86_400

const GONE = (): HtmlPage =>
  showPage(
    'This request is over',
    html`<p class="lead">
        The request was answered, or its time ran out, or it was begun in another browser.
      </p>
      <p>Nothing was shared. Go back to the application that sent you here and begin again.</p>`,
    { status: 400 },
  )

const OTHER_PERSON = (): HtmlPage =>
  showPage(
    'Somebody else is being asked',
    html`<p class="lead">Another person began to answer this request in this browser.</p>
      <p>Sign in as that person, or go back to the application and begin again in your own name.</p>
      <p><a class="button" href="/signout">Sign out</a></p>`,
    { status: 403 },
  )

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
async function finish(visit: InteractionVisit, result: InteractionResults): Promise<HtmlPage> {
  const { running, request, response } = visit
  const path = await running.provider.interactionResult(request, response, result, {
    mergeWithLastSubmission: false,
  })
  const { pathname } = new URL(path)
  return showPage(
    'Going back to the application',
    html`<p class="lead">Your answer is with us.</p>
      <p><a class="button" href="${pathname}">Continue</a></p>`,
    { headers: { Refresh: `0; url=${pathname}` } },
  )
}

async function approve(
  parts: OAuthParts,
  visit: InteractionVisit,
  {
    interaction,
    agreed,
    personId,
  }: { interaction: Interaction; agreed: NonNullable<ConsentOutcome['delegation']>; personId: string },
): Promise<HtmlPage> {
  const clientId = decodeId('api_client', String(interaction.params['client_id']))
  if (clientId === null) return GONE()
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

function waiting(): HtmlPage {
  return showPage(
    'A second approver decides',
    html`${notice('info', html`<p>Nothing is shared yet.</p>`)}
      <p class="lead">Your organisation asks for two people. The other approvers have been told by mail.</p>
      <p>
        When one of them has allowed it, open this page again in this browser, within seven days, to go on to
        the application. Until then the application gets nothing.
      </p>`,
  )
}

/** The address with the language that the person chose on the pages, else the first of ours that the application asked for. */
function inLanguage(path: string, { request }: InteractionVisit, { params }: Interaction): string {
  const chosen = firstLanguage(new URL(request.url ?? '/', 'https://here.invalid').searchParams.get('lang'))
  const language = chosen ?? firstLanguage(params['ui_locales'])
  return language === null ? path : `${path}?lang=${language}`
}

async function decide(
  parts: OAuthParts,
  visit: InteractionVisit,
  interaction: Interaction,
): Promise<HtmlPage> {
  const { mandate, uid } = visit
  const { session } = mandate
  if (!session) {
    const back = inLanguage(`${ISSUER_PATH}/interaction/${uid}`, visit, interaction)
    return redirect(`/signin?return_to=${encodeURIComponent(back)}`)
  }
  const question = await questionOf(visit, interaction)
  if (!question)
    return finish(visit, { error: 'access_denied', error_description: 'the client is not active' })
  const { path } = await parts.consents.open(mandate, question)
  const outcome = await parts.consents.read(mandate, uid)
  if (outcome.state === 'open') return redirect(inLanguage(path, visit, interaction))
  if (outcome.state === 'waiting') {
    await keepFor(parts.database, 'Interaction', { id: uid, seconds: WAITING_SECONDS })
    return waiting()
  }
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
  if (!interaction) return GONE()
  try {
    return await decide(parts, visit, interaction)
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    if (error.code === 'CONSENT_REQUEST_NOT_FOUND') return OTHER_PERSON()
    if (error.code === 'CONSENT_REQUEST_BLOCKED' || error.code === 'CONSENT_NOT_FOUND')
      return finish(visit, { error: 'access_denied', error_description: 'the request cannot be answered' })
    throw error
  }
}
