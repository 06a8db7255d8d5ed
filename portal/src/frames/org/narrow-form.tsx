import {
  isPermission,
  isRoleOffered,
  isSubset,
  LINK_ROLES,
  maskOf,
  newestRoleTemplate,
  parseLinkRole,
  RELATIONSHIP_TYPES,
} from '@liaison/access'
import type { LinkRole } from '@liaison/access'
import { Button, NativeSelect, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { AccessPreview, TenantLinkDetail } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Panel } from '../../parts/page.tsx'
import { DiffList } from '../../parts/permission-list.tsx'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { endOfDay } from '../../platform/last-day.ts'
import { PermissionTicks } from '../shared/permission-ticks.tsx'

type Narrowing = { access_role?: string; deny?: string[]; ends_at?: string; own_accounts_only?: boolean }
type NarrowFormProps = { link: TenantLinkDetail; etag: string | null }

type Openness = { access_role: string; relationship_type: string; permissions: readonly string[] }

/** The roles that open nothing beyond what the link opens now, the present one first. */
export function smallerRoles(link: Openness) {
  const present = parseLinkRole(link.access_role)
  const relationship = RELATIONSHIP_TYPES.find((type) => type === link.relationship_type)
  if (present === null || relationship === undefined) return []
  const now = maskOf(link.permissions.filter(isPermission))
  const smaller = LINK_ROLES.filter(
    (role: LinkRole) =>
      role !== present &&
      isRoleOffered(role, relationship) &&
      isSubset(newestRoleTemplate(role).defaults, now),
  )
  return [present, ...smaller]
}

type CheckedProps = { preview: AccessPreview; partner: string; isBusy: boolean; onApply: () => void }

function Checked({ preview, partner, isBusy, onApply }: CheckedProps) {
  return (
    <div className="stack tight" role="status">
      <h3 className="section-title">{t('narrow.check')}</h3>
      {preview.diff.length === 0 ? (
        <p className="muted">{t('narrow.nothing')}</p>
      ) : (
        <DiffList rows={preview.diff} />
      )}
      {preview.diff.length > 0 && (
        <div>
          <Button loading={isBusy} onClick={onApply}>
            {t('narrow.apply', { partner })}
          </Button>
        </div>
      )}
    </div>
  )
}

type Draft = { role: string; denied: ReadonlySet<string>; day: string; isForAccounts: boolean }

/** What a draft changes of a link; the last day counts whole, in UTC. */
export function toNarrowing(
  link: Pick<TenantLinkDetail, 'access_role' | 'own_accounts_only'>,
  { role, denied, day, isForAccounts }: Draft,
): Narrowing {
  const end = endOfDay(day)
  return {
    ...(role === link.access_role ? {} : { access_role: role }),
    ...(denied.size === 0 ? {} : { deny: [...denied] }),
    ...(end === null ? {} : { ends_at: end.toISOString() }),
    ...(isForAccounts === link.own_accounts_only ? {} : { own_accounts_only: isForAccounts }),
  }
}

function useNarrowing({ link, etag }: NarrowFormProps) {
  const path = { path: { link_id: link.link_id } }
  const preview = useWrite((wanted: Narrowing, frame) =>
    readBody(
      frame.client.POST('/tenant/partner-access/links/{link_id}/preview', { params: path, body: wanted }),
    ),
  )
  const apply = useWrite(
    (wanted: Narrowing, frame) =>
      readBody(
        frame.client.PATCH('/tenant/partner-access/links/{link_id}', {
          params: path,
          headers: { 'If-Match': etag ?? '' },
          body: wanted,
        }),
      ),
    (answer) =>
      showToast(
        answer.waits_for_second
          ? t('requests.change_waits')
          : t('narrow.done', { partner: link.partner_name }),
      ),
  )
  return { preview, apply }
}

/** The last day that is over before an end comes. */
function lastDayBefore(end: string): string {
  return new Date(Date.parse(end) - 86_400_000).toISOString().slice(0, 10)
}

type FieldsProps = { link: TenantLinkDetail; draft: Draft; onDraft: (draft: Draft) => void }

function Fields({ link, draft, onDraft }: FieldsProps) {
  return (
    <>
      <NativeSelect
        id="access_role"
        label={t('access.role')}
        value={draft.role}
        onChange={(event) => onDraft({ ...draft, role: event.currentTarget.value })}
      >
        {smallerRoles(link).map((name) => (
          <option key={name} value={name}>
            {tValue('role', name)}
          </option>
        ))}
      </NativeSelect>
      <TextInput
        id="ends_at"
        type="date"
        label={t('narrow.until')}
        value={draft.day}
        {...(link.ends_at === null ? {} : { max: lastDayBefore(link.ends_at) })}
        onChange={(event) => onDraft({ ...draft, day: event.currentTarget.value })}
      />
      <label className="check">
        <input
          type="checkbox"
          checked={draft.isForAccounts}
          onChange={(event) => onDraft({ ...draft, isForAccounts: event.currentTarget.checked })}
        />
        {t('narrow.own_accounts')}
      </label>
      <details>
        <summary className="thing">{t('narrow.lines')}</summary>
        <div className="stack">
          <PermissionTicks
            permissions={link.permissions}
            denied={draft.denied}
            onDenied={(denied) => onDraft({ ...draft, denied })}
          />
        </div>
      </details>
    </>
  )
}

/** Makes an access smaller: a lesser role, fewer lines, an earlier end. It holds at once and needs nobody. */
export function NarrowForm({ link, etag }: NarrowFormProps) {
  const [draft, setDraft] = useState<Draft>({
    role: link.access_role,
    denied: new Set(),
    day: '',
    isForAccounts: link.own_accounts_only,
  })
  const { preview, apply } = useNarrowing({ link, etag })
  const wanted = toNarrowing(link, draft)
  return (
    <Panel title={t('narrow.title')}>
      <form
        className="stack tight"
        onSubmit={(event) => {
          event.preventDefault()
          preview.mutate(wanted)
        }}
        onChange={preview.reset}
      >
        <p className="muted">{t('narrow.text')}</p>
        <WriteProblem error={preview.error ?? apply.error} />
        <Fields link={link} draft={draft} onDraft={setDraft} />
        <div>
          <Button type="submit" variant="light" loading={preview.isPending}>
            {t('narrow.preview')}
          </Button>
        </div>
      </form>
      {preview.data && (
        <Checked
          preview={preview.data}
          partner={link.partner_name}
          isBusy={apply.isPending}
          onApply={() => apply.mutate(wanted)}
        />
      )}
    </Panel>
  )
}
