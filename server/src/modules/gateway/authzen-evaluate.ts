import { ACTIONS, CLIENT_REFUSAL_WORDS, decodeId, encodeId } from '@liaison/access'
import type { ClientPermission } from '@liaison/access'
import { readCertificateField } from '@liaison/guard'
import type { FastifyRequest } from 'fastify'
import { isIP } from 'node:net'
import { nameOf } from '#platform/credentials/access-token.ts'
import type { AccessToken } from '#platform/credentials/access-token.ts'
import type { ProblemError } from '#platform/problem.ts'
import { readTrace } from '#platform/request-trace.ts'
import { makeDecisionId } from './answer.ts'
import { authenticateGateway, forwardedTrace, recordDenial, toDenial } from './authorize.ts'
import type { DecisionParts } from './authorize.ts'
import { textProperty } from './authzen-schema.ts'
import type { Evaluation } from './authzen-schema.ts'
import { readAction, readDelegationId, readStanding } from './authzen-standing.ts'
import { readCredential } from './credential.ts'
import { decideCall } from './decide.ts'
import { findRoute } from './matching.ts'
import { namedInQuery, readPlainTarget, refusePath } from './raw-path.ts'
import type { NamedInQuery } from './raw-path.ts'
import { CallRefusal } from './refusal.ts'
import type { EnteredGateway } from './store.ts'
import type { VerifiedCall } from './tokens.ts'

/** The answer to one question (Authorization API 1.0 section 5.5). */
export interface AuthzenDecision {
  readonly decision: boolean
  readonly context: Readonly<Record<string, unknown>>
}

/** One request of an enforcement point, with the proofs that were already looked at in it: each counts once. */
export interface Enforcement {
  readonly parts: DecisionParts
  readonly request: FastifyRequest
  readonly verified: Map<string, Promise<VerifiedCall>>
}

const METHOD = /^[A-Z]{3,10}$/

/** What a question is about, in the words of the server. */
interface Subject {
  readonly permission: ClientPermission
  readonly method: string
  readonly route: string
  /** The account that the question itself names. */
  readonly accountName: string | null
  /** Where the call went, for the proof; null when the question does not say. */
  readonly url: string | null
  /** Whom the question names besides: in the query, and beside the path. */
  readonly named: NamedInQuery
}

function unknownRoute(): CallRefusal {
  return new CallRefusal(403, 'ROUTE_NOT_REGISTERED', 'Nothing of this name is open to API clients.')
}

function readRoute({ action, resource }: Evaluation, gateway: EnteredGateway): Subject {
  const uri = textProperty(resource.properties, 'uri') ?? resource.id
  const target = readPlainTarget(uri)
  if (!target) throw refusePath()
  const matched = gateway.upstream && findRoute(gateway.upstream.routes, target.path)
  if (!gateway.upstream || !matched) throw unknownRoute()
  const beside = textProperty(resource.properties, 'customer_ban')
  const { accounts, customers } = namedInQuery(target.query)
  return {
    permission: matched.permission,
    method: action.name,
    route: `${gateway.upstream.name} ${matched.template}`,
    accountName: matched.accountName ?? beside ?? textProperty(resource.properties, 'customer_ref'),
    url: `${gateway.upstream.origin}${uri}`,
    named: { accounts: beside === null ? accounts : [...accounts, beside], customers },
  }
}

function readAccount({ action, resource }: Evaluation, gateway: EnteredGateway): Subject {
  const named = readAction(action.name)
  if (!named) throw unknownRoute()
  const uri = textProperty(resource.properties, 'uri')
  const method = textProperty(resource.properties, 'method')
  return {
    permission: ACTIONS[named],
    method: method !== null && METHOD.test(method) ? method : named.endsWith('.read') ? 'GET' : 'POST',
    route: named,
    accountName: resource.id,
    url: uri !== null && gateway.upstream ? `${gateway.upstream.origin}${uri}` : null,
    named: namedInQuery(/\?(.*)$/s.exec(uri ?? '')?.[1] ?? ''),
  }
}

function readSubject(question: Evaluation, gateway: EnteredGateway): Subject {
  if (question.resource.type === 'route') return readRoute(question, gateway)
  if (question.resource.type === 'account') return readAccount(question, gateway)
  throw unknownRoute()
}

function needProof({ calls }: DecisionParts): CallRefusal {
  return new CallRefusal(
    401,
    'UNAUTHORIZED',
    'This enforcement point must pass the access token and its proof.',
    { headers: calls.invitation() },
  )
}

/** The verified token of a question. It must be of the subject that is asked about: nobody is taken at a gateway's word. */
async function verifyPassed(
  { parts, verified }: Enforcement,
  question: Evaluation,
  subject: Subject & { readonly readsCertificates: boolean },
): Promise<AccessToken> {
  const token = textProperty(question.context, 'access_token')
  const proof = textProperty(question.context, 'dpop')
  const certificate = subject.readsCertificates ? textProperty(question.context, 'client_certificate') : null
  if (token === null || (proof ?? certificate) === null || subject.url === null) throw needProof(parts)
  const { method, url } = subject
  const key = JSON.stringify([token, proof, certificate, method, url])
  const headers =
    proof === null ? { authorization: `Bearer ${token}` } : { authorization: `DPoP ${token}`, dpop: proof }
  const call =
    verified.get(key) ??
    parts.calls.verify({ method, url, headers, certificate: readCertificateField(certificate) })
  verified.set(key, call)
  const { context, token: held } = await call
  const names = [context.subject, context.clientId, context.actor?.subject]
  if (!names.includes(question.subject.id))
    throw new CallRefusal(403, 'CUSTOMER_MISMATCH', 'The subject is not that of the access token.', {
      context,
    })
  return held
}

/** What a trusted enforcement point says of the subject, completed from the records. */
async function readNamed(
  { parts }: Enforcement,
  { subject, resource, context }: Evaluation,
  accountName: string | null,
): Promise<AccessToken> {
  const clientId = decodeId('api_client', subject.id)
  const tenantId = decodeId('tenant', textProperty(resource.properties, 'customer_id') ?? '')
  const delegationId = readDelegationId(
    textProperty(context, 'delegation_id') ?? textProperty(subject.properties, 'delegation_id'),
  )
  if (clientId === null || tenantId === null || accountName === null || delegationId === undefined)
    throw new CallRefusal(
      403,
      'CUSTOMER_MISMATCH',
      'The question does not name a client and a billing account.',
    )
  const standing = await readStanding(parts.engine.database, {
    clientId,
    tenantId,
    accountName,
    delegationId,
  })
  if (!standing) throw new CallRefusal(403, 'CUSTOMER_MISMATCH', 'The client holds no such delegation.')
  return standing.token
}

/** Who names a client without its token is the provider's own, and may call its account by either name. */
function accountOf({ accountName }: Subject, { account }: AccessToken, isPassed: boolean): string {
  return (isPassed ? accountName : null) ?? nameOf(account)
}

/** What is said besides of another account is a contradiction, not a choice (attack 64). */
function refuseOtherAccount({ accountName, named }: Subject, token: AccessToken): void {
  const own = new Set([accountName, nameOf(token.account), encodeId('tenant', token.tenantId)])
  if ([...named.accounts, ...named.customers].some((name) => !own.has(name)))
    throw new CallRefusal(
      403,
      'CUSTOMER_MISMATCH',
      'The question names another billing account than the token.',
    )
}

async function decide(enforcement: Enforcement, question: Evaluation): Promise<string> {
  const { parts, request } = enforcement
  const { action, resource, context } = question
  const gateway = await authenticatePep(enforcement, {
    origin: textProperty(resource.properties, 'origin') ?? '',
    method: METHOD.test(action.name) ? action.name : '',
  })
  const subject = readSubject(question, gateway)
  const isPassed = textProperty(context, 'access_token') !== null
  if (!isPassed && !gateway.is_trusted) throw needProof(parts)
  const token = isPassed
    ? await verifyPassed(enforcement, question, { ...subject, readsCertificates: gateway.reads_certificates })
    : await readNamed(enforcement, question, subject.accountName)
  refuseOtherAccount(subject, token)
  const credential = isPassed ? null : readCredential(credentialOf(request))
  const decisionId = makeDecisionId()
  const { method, route } = subject
  const ip = textProperty(context, 'ip_address') ?? textProperty(resource.properties, 'ip_address') ?? ''
  const trace = forwardedTrace(readTrace(request, route, parts.engine.clock()), {
    method,
    route,
    ip: isIP(ip) === 0 ? '0.0.0.0' : ip,
  })
  await decideCall(parts.engine, {
    gateway,
    token,
    ...(credential && { credential }),
    permission: subject.permission,
    accountName: accountOf(subject, token, isPassed),
    method,
    decisionId,
    trace,
    challenge: parts.calls.challenge,
  })
  return decisionId
}

function credentialOf({ headers }: FastifyRequest): string | string[] | undefined {
  return headers['x-gateway-authorization'] ?? headers.authorization
}

/** The enforcement point behind a request, by its gateway credential in either field. Throws 401. */
export function authenticatePep(
  { parts, request }: Enforcement,
  asked: { readonly origin: string; readonly method: string } = { origin: '', method: '' },
): Promise<EnteredGateway> {
  return authenticateGateway(parts, request, { credential: credentialOf(request), ...asked })
}

function wordsOf(code: string, detail: string): string {
  return Object.entries(CLIENT_REFUSAL_WORDS).find(([name]) => name === code)?.[1].sentence ?? detail
}

/**
 * Answers one question: a refusal of the client is an answer, `decision: false` with its code; a failure to decide is
 * 503, and an enforcement point that is not known is 401.
 */
export async function evaluate(enforcement: Enforcement, question: Evaluation): Promise<AuthzenDecision> {
  try {
    return { decision: true, context: { id: await decide(enforcement, question) } }
  } catch (error) {
    const { engine } = enforcement.parts
    const trace = readTrace(enforcement.request, '/access/v1/evaluation', engine.clock())
    const denial = await recordDenial(engine, toDenial(error), trace)
    if (denial.code === 'GATEWAY_UNAUTHORIZED' || denial.status >= 500) throw denial
    return toDecision(denial)
  }
}

/** What the caller is to be asked for, which the enforcement point hands on as its own `WWW-Authenticate`. */
function challengeOf({ extras }: ProblemError): Readonly<Record<string, string>> {
  const challenge = extras.headers?.['WWW-Authenticate']
  return challenge === undefined ? {} : { www_authenticate: challenge }
}

function toDecision(denial: ProblemError): AuthzenDecision {
  const { code, message, status, extras } = denial
  return {
    decision: false,
    context: {
      ...(extras.explainId !== undefined && { id: extras.explainId }),
      code,
      status,
      reason_user: { en: wordsOf(code, message) },
      ...challengeOf(denial),
      ...extras.details,
    },
  }
}
