import type { WaitingConsent } from '@liaison/client'

import { Note } from '../../parts/page.tsx'
import { formatDate } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'
import { useWaitingConsents } from './calls-consents.ts'

function stateOf({ first_approved_by_name: name, first_approved_at: at, is_mine, ends_at }: WaitingConsent) {
  const until = formatDate(ends_at)
  if (at === null) return t('waiting.plain', { until })
  const words = { name: name ?? t('value.unknown_person'), date: formatDate(at), until }
  return t(is_mine ? 'waiting.mine' : 'waiting.first', words)
}

/** Requests of apps that wait for a second person. The page on which they are decided is the server's own. */
export function WaitingConsents() {
  const waiting = useWaitingConsents()
  return (waiting.data?.items ?? []).map((request) => (
    <Note key={request.consent_request_id} tone="attention">
      <p>
        <span className="strong">
          {t('waiting.one', { partner: request.partner_name, app: request.client_name })}
        </span>{' '}
        {stateOf(request)} <a href={request.path}>{t('waiting.decide')}</a>
      </p>
    </Note>
  ))
}
