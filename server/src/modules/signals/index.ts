/**
 * The transmitter of Shared Signals (A16): OpenID Shared Signals Framework 1.0 with events of CAEP 1.0, so that gateways
 * and clients drop what they keep of a token in seconds. The database tells through the outbox what stopped or narrowed
 * access; from there `signal_event` rows go to each `signal_stream` that may know of it, pushed or polled. A stream opens
 * nothing else. Receivers are known by `gateway` or by a token of `oauth`, whose keys sign; pushes leave through the
 * guarded client of the platform. People see the streams of their receivers and pause or delete them by routes of the API.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describeTransmitter, SSF_PATH } from './configuration.ts'
import { Polls } from './poll.ts'
import './problems.ts'
import type { SignalParts } from './receiver.ts'
import {
  changeStatus,
  changeStream,
  createStream,
  readStatus,
  readStreams,
  removeStream,
  verifyStream,
} from './stream-endpoints.ts'

export { signalStreamRoutes } from './routes-people.ts'
export { makeSignals } from './deliver.ts'

const OWN = 'A receiver shows the credential of a gateway or a bound token, which the handler verifies.'
const PUBLISHED = 'What receivers must know of the transmitter is published.'

type Answer = (parts: SignalParts, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

const ENDPOINTS: readonly (readonly [
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  answer: Answer,
])[] = [
  ['POST', '/stream', createStream],
  ['GET', '/stream', readStreams],
  ['PATCH', '/stream', (parts, request) => changeStream(parts, request, true)],
  ['PUT', '/stream', (parts, request) => changeStream(parts, request, false)],
  ['DELETE', '/stream', removeStream],
  ['GET', '/status', readStatus],
  ['POST', '/status', changeStatus],
  ['POST', '/verify', verifyStream],
]

/** Mounts the metadata, the management of streams and the polls (A16). */
export function mountSignals(app: FastifyInstance, parts: SignalParts): void {
  const config = {
    access: { public: OWN },
    counting: {
      elsewhere:
        'exactly, as `detail` or `write` of the receiver; as `stranger` of the network for whoever is none',
    },
    isBounded: true,
  }
  const polls = new Polls(parts)
  for (const [method, path, answer] of ENDPOINTS)
    app.route({
      method,
      url: `${SSF_PATH}${path}`,
      config,
      handler: (request, reply) => answer(parts, request, reply),
    })
  app.post<{ Params: { stream_id: string } }>(`${SSF_PATH}/poll/:stream_id`, { config }, (request) =>
    polls.answer(app, request),
  )
  app.get(
    '/.well-known/ssf-configuration',
    { config: { access: { public: PUBLISHED }, counting: 'fixed' } },
    () => describeTransmitter(parts),
  )
  app.addHook('preClose', () => {
    polls.end()
    return Promise.resolve()
  })
}
