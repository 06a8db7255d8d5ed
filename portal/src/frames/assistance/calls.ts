import { readBody } from '@liaison/client'
import type { SupportAccess } from '@liaison/client'

import { reasonBody } from '../../parts/move-button.tsx'
import { formatDateTime } from '../../platform/format.ts'
import type { Frame } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'

/** "2 hours", "45 minutes". */
export function formatMinutes(minutes: number): string {
  return minutes % 60 === 0
    ? t('assist.hours', { count: minutes / 60 })
    : t('assist.minutes', { count: minutes })
}

/** Whether it is in force at this moment, also when its end was not read yet. */
export function isOpen({ status, ends_at: end }: SupportAccess, now: Date): boolean {
  return status === 'active' && end !== null && Date.parse(end) > now.getTime()
}

/** Ends it, or takes the request back, from whichever side this frame is. */
export function endAccess({ client, kind }: Frame, access: SupportAccess, reason: string) {
  const call = {
    params: { path: { support_access_id: access.support_access_id } },
    body: reasonBody(reason),
  }
  return kind === 'org'
    ? readBody(client.POST('/tenant/support-access/{support_access_id}/end', call))
    : readBody(client.POST('/admin/support-access/{support_access_id}/end', call))
}

/** Who let support in, and whether beforehand. */
export function allowedBy({ allowed_by_name: name, basis }: SupportAccess): string | null {
  return name !== null && basis === 'standing' ? t('assist.beforehand', { name }) : name
}

/** When it was over, and by whom. */
export function endOf(access: SupportAccess): { at: string; by: string } {
  const { ended_at: at, ended_by_side: side, ended_by_name: name } = access
  const end = at ?? access.ends_at ?? access.answer_by
  if (side === 'clock') return { at: formatDateTime(end), by: t('assist.by_clock') }
  const who = name ?? t('value.unknown_person')
  return { at: formatDateTime(end), by: side === 'provider' ? t('assist.by_provider', { name: who }) : who }
}
