import './registry-words.ts'
import { readBody } from '@liaison/client'

import { MoveButton, RowActs } from '../../parts/move-button.tsx'
import type { Frame } from '../../platform/frame.ts'
import { t, tValue } from '../../platform/words.ts'

type MemberRow = {
  member_id: string
  name: string
  role: string
  status: string
}

/** Of which partner a member is: the one of the frame, or one that the provider looks at. */
export type MemberOf = { partnerId: string; partnerName: string; side: 'partner' | 'platform' }

type OneProps = { member: MemberRow; of: MemberOf }

function setRole({ client }: Frame, { member, of }: OneProps, role: 'PARTNER_OWNER' | 'PARTNER_STAFF') {
  const body = { role }
  return of.side === 'partner'
    ? readBody(
        client.PATCH('/partner/members/{member_id}', {
          params: { path: { member_id: member.member_id } },
          body,
        }),
      )
    : readBody(
        client.PATCH('/admin/partners/{partner_id}/members/{member_id}', {
          params: { path: { partner_id: of.partnerId, member_id: member.member_id } },
          body,
        }),
      )
}

function remove({ client }: Frame, { member, of }: OneProps) {
  return of.side === 'partner'
    ? readBody(
        client.DELETE('/partner/members/{member_id}', { params: { path: { member_id: member.member_id } } }),
      )
    : readBody(
        client.DELETE('/admin/partners/{partner_id}/members/{member_id}', {
          params: { path: { partner_id: of.partnerId, member_id: member.member_id } },
        }),
      )
}

function wordsOf(act: 'owner' | 'staff' | 'remove', { member, of }: OneProps) {
  const names = { name: member.name, partner: of.partnerName }
  return {
    act: t(`member.${act}`),
    title: t(`member.${act}_title`, names),
    effect: t(`member.${act}_effect`, names),
    keep: t(`member.${act}_keep`, { role: tValue('member_role', member.role) }),
    done: t(`member.${act}_done`, names),
  }
}

type MemberActsProps = OneProps & {
  /** Whether a partner would be left without an owner. */
  isLastOwner: boolean
}

/** What can be done with one member: another role, or the end of the membership. The last owner stays. */
export function MemberActs({ member, of, isLastOwner }: MemberActsProps) {
  if (member.status !== 'active') return null
  if (isLastOwner) return <span className="small muted">{t('member.last_owner')}</span>
  const act = member.role === 'PARTNER_OWNER' ? 'staff' : 'owner'
  const one = { member, of }
  return (
    <RowActs>
      <MoveButton
        isInRow
        words={wordsOf(act, one)}
        move={(_reason, frame) => setRole(frame, one, act === 'owner' ? 'PARTNER_OWNER' : 'PARTNER_STAFF')}
      />
      <MoveButton
        isInRow
        isDanger
        words={wordsOf('remove', one)}
        move={(_reason, frame) => remove(frame, one)}
      />
    </RowActs>
  )
}

/** Whether this member is the only active owner of those listed. */
export function isLastOwner(member: MemberRow, all: readonly MemberRow[]): boolean {
  const owners = all.filter(({ role, status }) => role === 'PARTNER_OWNER' && status === 'active')
  return owners.length === 1 && owners[0]?.member_id === member.member_id
}
