import type { SupportAccess } from '@liaison/client'

import type { Move } from '../../parts/move-button.tsx'
import { t } from '../../platform/words.ts'
import { endAccess } from './calls.ts'

/** The question before support's access is ended, or before a request for it is taken back. */
export function endMove(access: SupportAccess): Move {
  const act = access.status === 'active' ? 'end' : 'take_back'
  const names = { person: access.person_name, tenant: access.tenant_name ?? '' }
  return {
    words: {
      act: t(`assist.${act}`),
      title: t(`assist.${act}_title`, names),
      effect: t(`assist.${act}_effect`, names),
      keep: t(`assist.${act}_keep`),
      done: t(`assist.${act}_done`, names),
    },
    reason: 'optional',
    isDanger: act === 'end',
    move: (reason, frame) => endAccess(frame, access, reason),
  }
}
