import { readBody } from '@liaison/client'

import type { Frame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'

/** Whose stream it is: an API client of a partner, or a gateway of the provider. */
export type SignalReceiver = { kind: 'client' | 'gateway'; id: string; name: string }

/** A push or a fetch is awaited by whoever looks. */
const refetchMs = 5_000

const sideOf = ({ kind }: Frame): 'admin' | 'partner' => (kind === 'platform' ? 'admin' : 'partner')

const atClient = (id: string) => ({ params: { path: { client_id: id } } })
const atGateway = (id: string) => ({ params: { path: { gateway_id: id } } })

/** The stream of a receiver; null when it has made none. */
export function useSignalStream({ kind, id }: SignalReceiver) {
  return useRead(
    ['signal-stream', kind, id],
    (frame, signal) =>
      readBody(
        kind === 'gateway'
          ? frame.client.GET('/admin/gateways/{gateway_id}/signal-stream', { ...atGateway(id), signal })
          : frame.client.GET(`/${sideOf(frame)}/clients/{client_id}/signal-stream`, {
              ...atClient(id),
              signal,
            }),
      ),
    { refetchMs },
  )
}

/** Pauses a stream or lets it go on. */
export function moveSignals({ kind, id }: SignalReceiver, act: 'pause' | 'resume') {
  return (reason: string, frame: Frame) => {
    const body = reason === '' ? {} : { reason }
    return readBody(
      kind === 'gateway'
        ? frame.client.POST(`/admin/gateways/{gateway_id}/signal-stream/${act}`, { ...atGateway(id), body })
        : frame.client.POST(`/${sideOf(frame)}/clients/{client_id}/signal-stream/${act}`, {
            ...atClient(id),
            body,
          }),
    )
  }
}

/** Sends a verification through a stream. */
export function verifySignals({ kind, id }: SignalReceiver, frame: Frame) {
  return readBody(
    kind === 'gateway'
      ? frame.client.POST('/admin/gateways/{gateway_id}/signal-stream/verify', { ...atGateway(id), body: {} })
      : frame.client.POST(`/${sideOf(frame)}/clients/{client_id}/signal-stream/verify`, {
          ...atClient(id),
          body: {},
        }),
  )
}

/** Deletes a stream with what waits in it. */
export function deleteSignals({ kind, id }: SignalReceiver) {
  return (_reason: string, frame: Frame) =>
    readBody(
      kind === 'gateway'
        ? frame.client.DELETE('/admin/gateways/{gateway_id}/signal-stream', atGateway(id))
        : frame.client.DELETE(`/${sideOf(frame)}/clients/{client_id}/signal-stream`, atClient(id)),
    )
}
