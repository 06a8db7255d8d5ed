import './member-words.ts'
import { readBody } from '@liaison/client'

import { MoveButton, RowActs } from '../../parts/move-button.tsx'
import type { Frame } from '../../platform/frame.ts'
import { t, tValue } from '../../platform/words.ts'

type MemberRow = { member_id: string; name: string; role: string; status: string }
type OneProps = { member: MemberRow; org: string }

const pathOf = ({ member }: OneProps) => ({ path: { member_id: member.member_id } })

function setRole({ client }: Frame, one: OneProps, role: 'TENANT_ADMIN' | 'TENANT_USER') {
  return readBody(client.PATCH('/tenant/members/{member_id}', { params: pathOf(one), body: { role } }))
}

function remove({ client }: Frame, one: OneProps) {
  return readBody(client.DELETE('/tenant/members/{member_id}', { params: pathOf(one) }))
}

function wordsOf(act: 'admin' | 'user' | 'remove', { member, org }: OneProps) {
  const names = { name: member.name, org }
  return {
    act: t(`org_member.${act}`),
    title: t(`org_member.${act}_title`, names),
    effect: t(`org_member.${act}_effect`, names),
    keep: t(`org_member.${act}_keep`, { role: tValue('member_role', member.role) }),
    done: t(`org_member.${act}_done`, names),
  }
}

type MemberActsProps = OneProps & {
  /** Whether the organisation would be left without an administrator. */
  isLastAdmin: boolean
}

/** What can be done with one member: another role, or the end of the membership. The last administrator stays. */
export function MemberActs({ member, org, isLastAdmin: isLast }: MemberActsProps) {
  if (member.status !== 'active') return null
  if (isLast) return <span className="small muted">{t('org_member.last_admin')}</span>
  const act = member.role === 'TENANT_ADMIN' ? 'user' : 'admin'
  const one = { member, org }
  return (
    <RowActs>
      <MoveButton
        isInRow
        words={wordsOf(act, one)}
        move={(_reason, frame) => setRole(frame, one, act === 'admin' ? 'TENANT_ADMIN' : 'TENANT_USER')}
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

/** Whether this member is the only active administrator of those listed. */
export function isLastAdmin(member: MemberRow, all: readonly MemberRow[]): boolean {
  const admins = all.filter(({ role, status }) => role === 'TENANT_ADMIN' && status === 'active')
  return admins.length === 1 && admins[0]?.member_id === member.member_id
}
