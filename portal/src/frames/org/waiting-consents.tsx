import type { AccessRequest, BackchannelRequest, TenantConsentAsk, WaitingConsent } from '@liaison/client'

import { Note } from '../../parts/page.tsx'
import { formatDate, formatDateTime } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'
import { useAccessRequests, useAsks, useBackchannelRequests, useWaitingConsents } from './calls-consents.ts'

function stateOf(request: WaitingConsent) {
  const { first_approved_by_name: name, first_approved_at: at, is_mine, ends_at } = request
  const until = formatDate(ends_at)
  if (at === null) return t('waiting.plain', { until })
  const words = { name: name ?? t('value.unknown_person'), date: formatDate(at), until }
  if (request.first_approval_counts === false) return t('void.approved', words)
  return t(is_mine ? 'waiting.mine' : 'waiting.first', words)
}

function MoreWanted({ request }: { request: AccessRequest }) {
  const { partner_name: partner, client_name: app, ends_at: end, path } = request
  return (
    <Note tone="attention">
      <p>
        <span className="strong">{t('waiting.more', { partner, app })}</span>{' '}
        {t('waiting.plain', { until: formatDate(end) })} <a href={path}>{t('waiting.decide')}</a>
      </p>
    </Note>
  )
}

function Wanted({ request }: { request: TenantConsentAsk }) {
  const { partner_name: partner, client_name: app, purpose, ends_at: end, path } = request
  return (
    <Note tone="attention">
      <p>
        <span className="strong">{t('waiting.ask', { partner, app })}</span> “<bdi>{purpose}</bdi>”{' '}
        {t('waiting.plain', { until: formatDate(end) })} <a href={path}>{t('waiting.decide')}</a>
      </p>
    </Note>
  )
}

function WantedNow({ request }: { request: BackchannelRequest }) {
  const { partner_name: partner, client_name: app, binding_message: message, ends_at: end, path } = request
  return (
    <Note tone="attention">
      <p>
        <span className="strong">{t('waiting.now', { partner, app })}</span> “<bdi>{message}</bdi>”{' '}
        {t('waiting.plain', { until: formatDateTime(end) })} <a href={path}>{t('waiting.decide')}</a>
      </p>
    </Note>
  )
}

/**
 * Requests of apps that wait for a second person, for a quick approval, and for more than what was allowed, and those that partners sent. The pages on which they are decided
 * are the server's own.
 */
export function WaitingConsents() {
  const waiting = useWaitingConsents()
  const wanted = useAccessRequests()
  const more = (wanted.data?.items ?? []).map((request) => (
    <MoreWanted key={request.access_request_id} request={request} />
  ))
  const now = (useBackchannelRequests().data?.items ?? []).map((request) => (
    <WantedNow key={request.backchannel_request_id} request={request} />
  ))
  const asks = (useAsks().data?.items ?? []).map((request) => (
    <Wanted key={request.consent_ask_id} request={request} />
  ))
  const second = (waiting.data?.items ?? []).map((request) => (
    <Note key={request.consent_request_id} tone="attention">
      <p>
        <span className="strong">
          {t('waiting.one', { partner: request.partner_name, app: request.client_name })}
        </span>{' '}
        {stateOf(request)} <a href={request.path}>{t('waiting.decide')}</a>
      </p>
    </Note>
  ))
  return [...now, ...asks, ...more, ...second]
}
