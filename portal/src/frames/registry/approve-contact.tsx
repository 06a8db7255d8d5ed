import './registry-words.ts'
import { readBody } from '@liaison/client'
import type { PartnerDetail } from '@liaison/client'

import { MoveButton } from '../../parts/move-button.tsx'
import { Note } from '../../parts/page.tsx'
import { useMay } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { approvedFields, isWaiting, typedNames } from './typed-text.ts'
import type { ApprovedField } from './typed-text.ts'

type Waiting = { partner: PartnerDetail; etag: string | null; field: ApprovedField }

function ApproveButton({ partner, etag, field }: Waiting) {
  const names = { partner: partner.name, ...typedNames(partner, field) }
  return (
    <MoveButton
      words={{
        act: t(`entry.approve_${field}`),
        title: t('entry.approve_title'),
        effect: t('entry.approve_effect', names),
        keep: t('entry.approve_keep'),
        done: t(`entry.approved_${field}`, names),
      }}
      move={(_, { client }) =>
        readBody(
          client.PATCH('/admin/partners/{partner_id}', {
            params: { path: { partner_id: partner.partner_id } },
            headers: { 'If-Match': etag ?? '' },
            body: { approve: [field] },
          }),
        )
      }
    />
  )
}

/** What the partner typed and waits for the provider, each with the act that approves it in the version that is shown. */
export function ApproveContacts({ partner, etag }: Omit<Waiting, 'field'>) {
  const mayManage = useMay('platform.partners.manage')
  if (partner.status === 'terminated') return null
  return approvedFields
    .filter((field) => isWaiting(partner, field))
    .map((field) => (
      <Note key={field} tone="attention">
        <div className="stack tight">
          <p>{t(`entry.typed_${field}`, { partner: partner.name, ...typedNames(partner, field) })}</p>
          {mayManage && (
            <div>
              <ApproveButton partner={partner} etag={etag} field={field} />
            </div>
          )}
        </div>
      </Note>
    ))
}
