import { readBody } from '@liaison/client'
import type { Order, TenantConsentDetail } from '@liaison/client'

import { reasonBody } from '../../parts/move-button.tsx'
import { Answer, Bones } from '../../parts/states.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatRelative } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { useParam } from '../../platform/navigate.tsx'
import { joinNames, t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { AccessStopped } from './access-stopped.tsx'
import { useConsent } from './calls-consents.ts'
import { sentencesOfOrders, useOpenOrders } from './open-orders.ts'
import { StopAccess, stoppedAt, StopTitle } from './stop-access.tsx'

function effectsOf(
  consent: TenantConsentDetail,
  { orders, now }: { orders: readonly Order[] | undefined; now: Date },
): string[] {
  const partner = consent.partner_name
  return [
    t('consent.stop_app', {
      app: consent.client.name,
      accounts: joinNames(consent.accounts.map((account) => account.name ?? account.ban)),
    }),
    t('consent.stop_tokens'),
    consent.last_used_at === null
      ? t('consent.stop_unused')
      : t('consent.stop_used', { when: formatRelative(consent.last_used_at, now) }),
    ...sentencesOfOrders(orders, consent.consent_id),
    t('stop.kept', { partner }),
    t('stop.again', { partner }),
  ]
}

type StopFormProps = { consent: TenantConsentDetail; onStopped: (at: string) => void }

function StopForm({ consent, onStopped }: StopFormProps) {
  const { tenantId } = useFrame()
  const now = useNow(60_000)
  const orders = useOpenOrders()
  const partner = consent.partner_name
  const record = orgPlaces.consent(tenantId, consent.consent_id)
  // What is said of orders must not change under the hand of whoever is about to confirm it.
  if (orders.isLoading) return <Bones lines={6} />
  return (
    <StopAccess
      partner={partner}
      record={record}
      effects={effectsOf(consent, { orders: orders.data, now })}
      stop={(reason, { client }) =>
        readBody(
          client.POST('/tenant/consents/{consent_id}/revoke', {
            params: { path: { consent_id: consent.consent_id } },
            body: reasonBody(reason),
          }),
        )
      }
      onStopped={onStopped}
      stoppedAt={stoppedAt(consent)}
      renderDone={(at) => <AccessStopped partner={partner} record={record} id={consent.consent_id} at={at} />}
    />
  )
}

/** Stops an app's access for good (level 2); its very next call is refused. */
export function StopConsentPage() {
  const { tenantId } = useFrame()
  const consentId = useParam('consent')
  const consent = useConsent(consentId)
  const found = consent.data?.body
  return (
    <StopTitle
      partner={found?.partner_name}
      back={{ to: orgPlaces.consent(tenantId, consentId), label: t('consent.plain') }}
      stoppedAt={found === undefined ? null : stoppedAt(found)}
    >
      {(onStopped) => (
        <Answer query={consent}>{({ body }) => <StopForm consent={body} onStopped={onStopped} />}</Answer>
      )}
    </StopTitle>
  )
}
