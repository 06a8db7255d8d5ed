import { readBody } from '@liaison/client'
import type { Gateway } from '@liaison/client'

import { MoveButton, reasonBody } from '../../parts/move-button.tsx'
import { formatDateTime } from '../../platform/format.ts'
import type { Frame } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import type { Secret } from './gateway-secret.tsx'

const overlapMinutes = 60

type ActProps = { gateway: Gateway; isInRow?: boolean }

/** Makes a new credential; the one before counts for an hour more. */
export function RotateButton({
  gateway,
  onSecret,
  isInRow = false,
}: ActProps & { onSecret: (secret: Secret) => void }) {
  const names = { gateway: gateway.name }
  const move = async (_reason: string, { client }: Frame) => {
    const made = await readBody(
      client.POST('/admin/gateways/{gateway_id}/rotate', {
        params: { path: { gateway_id: gateway.gateway_id } },
        body: { overlap_minutes: overlapMinutes },
      }),
    )
    onSecret({ name: made.name, text: made.credential })
  }
  return (
    <MoveButton
      words={{
        act: t('gateways.rotate'),
        title: t('gateways.rotate_title', names),
        effect: t('gateways.rotate_effect'),
        keep: t('gateways.rotate_keep'),
        done: t('gateways.rotate_done', names),
      }}
      isInRow={isInRow}
      move={move}
    />
  )
}

/** Switches a gateway off, or on again. */
export function SwitchButton({ gateway, isInRow = false }: ActProps) {
  const names = { gateway: gateway.name }
  const act = gateway.status === 'active' ? 'disable' : 'enable'
  const move = (reason: string, { client }: Frame) =>
    readBody(
      client.POST(`/admin/gateways/{gateway_id}/${act}`, {
        params: { path: { gateway_id: gateway.gateway_id } },
        body: reasonBody(reason),
      }),
    )
  return (
    <MoveButton
      key={act}
      words={{
        act: t(`gateways.${act}`),
        title: t(`gateways.${act}_title`, names),
        effect: t(`gateways.${act}_effect`),
        keep: t(`gateways.${act}_keep`),
        done: t(`gateways.${act}_done`, names),
      }}
      reason="optional"
      isDanger={act === 'disable'}
      isInRow={isInRow}
      move={move}
    />
  )
}

/** What is left of a credential to tell it by, and until when the one before counts. */
export function GatewayCredential({ gateway }: { gateway: Gateway }) {
  const { credential_hint: hint, previous_credential_ends_at: ends } = gateway
  return (
    <>
      <code className="mono">{hint}</code>
      {ends !== null && (
        <span className="muted small">, {t('gateways.previous', { at: formatDateTime(ends) })}</span>
      )}
    </>
  )
}
