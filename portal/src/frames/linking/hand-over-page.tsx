import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Handover, TenantLinkDetail } from '@liaison/client'
import { useState } from 'react'

import { ErrorSummary, errorOf, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { GoLink, useGo, useParam } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { useAccessLink } from '../org/calls.ts'
import { smallerRoles } from '../org/narrow-form.tsx'

type Draft = {
  slug: string
  role: string
  message: string
  ends: 'now' | 'at_acceptance'
  reason: string
}

type FieldsProps = {
  link: TenantLinkDetail
  draft: Draft
  errors: readonly FormError[]
  onDraft: (draft: Draft) => void
}

function check(draft: Draft): FormError[] {
  const asked = [
    ['partner_slug', draft.slug],
    ['message', draft.message],
    ['reason', draft.reason],
  ] as const
  return asked
    .filter(([, text]) => text.trim() === '')
    .map(([field]) => ({ field, text: t('handover.missing') }))
}

function EndsChoice({ link, draft, onDraft }: Omit<FieldsProps, 'errors'>) {
  return (
    <fieldset className="stack tight">
      <legend>{t('handover.ends', { partner: link.partner_name })}</legend>
      {(['at_acceptance', 'now'] as const).map((ends) => (
        <label key={ends} className="choice">
          <input
            type="radio"
            name="ends"
            checked={draft.ends === ends}
            onChange={() => onDraft({ ...draft, ends })}
          />
          {t(`handover.${ends}`)}
        </label>
      ))}
    </fieldset>
  )
}

function Fields({ link, draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <TextInput
        id="partner_slug"
        label={t('handover.slug')}
        description={t('handover.slug_about')}
        autoComplete="off"
        value={draft.slug}
        error={errorOf(errors, 'partner_slug')}
        onChange={(event) => onDraft({ ...draft, slug: event.currentTarget.value })}
      />
      <NativeSelect
        id="access_role"
        label={t('handover.role')}
        value={draft.role}
        onChange={(event) => onDraft({ ...draft, role: event.currentTarget.value })}
      >
        {smallerRoles(link).map((role) => (
          <option key={role} value={role}>
            {tValue('role', role)}
          </option>
        ))}
      </NativeSelect>
      <Textarea
        id="message"
        label={t('handover.message')}
        rows={3}
        maxLength={2000}
        value={draft.message}
        error={errorOf(errors, 'message')}
        onChange={(event) => onDraft({ ...draft, message: event.currentTarget.value })}
      />
      <EndsChoice link={link} draft={draft} onDraft={onDraft} />
      <TextInput
        id="reason"
        label={t('handover.reason', { partner: link.partner_name })}
        maxLength={500}
        value={draft.reason}
        error={errorOf(errors, 'reason')}
        onChange={(event) => onDraft({ ...draft, reason: event.currentTarget.value })}
      />
    </>
  )
}

function Done({ link, handover }: { link: TenantLinkDetail; handover: Handover }) {
  const { tenantId } = useFrame()
  const names = { partner: link.partner_name }
  return (
    <Panel title={t('handover.done_title')}>
      <div className="prose">
        <p role="status">
          {t(handover.ends === 'now' ? 'handover.done_now' : 'handover.done_acceptance', names)}{' '}
          {t('handover.exports', { count: handover.cancelled_exports })}
        </p>
        <h3 className="section-title">{t('handover.tickets', names)}</h3>
        {handover.open_tickets.length === 0 ? (
          <p className="muted">{t('handover.tickets_none')}</p>
        ) : (
          <ul>
            {handover.open_tickets.map((ticket) => (
              <li key={ticket.ticket_id}>
                <GoLink to={orgPlaces.ticket(tenantId, ticket.ticket_id)}>
                  {ticket.number} {ticket.subject}
                </GoLink>
              </li>
            ))}
          </ul>
        )}
        <p className="row">
          <GoLink to={orgPlaces.link(tenantId, handover.new_link_id)}>{t('handover.invited')}</GoLink>
          <GoLink to={orgPlaces.link(tenantId, link.link_id)}>{t('handover.old', names)}</GoLink>
        </p>
      </div>
    </Panel>
  )
}

function HandOverForm({ link, onKeep }: { link: TenantLinkDetail; onKeep: () => void }) {
  const [draft, setDraft] = useState<Draft>({
    slug: '',
    role: link.access_role,
    message: '',
    ends: 'at_acceptance',
    reason: '',
  })
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useWrite((wanted: Draft, frame) =>
    readBody(
      frame.client.POST('/tenant/partner-access/links/{link_id}/handover', {
        params: { path: { link_id: link.link_id } },
        body: {
          partner_slug: wanted.slug.trim(),
          relationship_type: link.relationship_type,
          access_role: wanted.role,
          message: wanted.message.trim(),
          ends: wanted.ends,
          reason: wanted.reason.trim(),
        },
      }),
    ),
  )
  if (write.data) return <Done link={link} handover={write.data} />
  return (
    <form
      className="stack form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const found = check(draft)
        setErrors(found)
        if (found.length === 0) write.mutate(draft)
      }}
    >
      <ErrorSummary errors={errors} />
      <WriteProblem error={write.error} />
      <Fields link={link} draft={draft} errors={errors} onDraft={setDraft} />
      <div className="row">
        <Button type="submit" loading={write.isPending}>
          {t('handover.act')}
        </Button>
        <Button variant="default" onClick={onKeep}>
          {t('handover.keep')}
        </Button>
      </div>
    </form>
  )
}

/** Hands the work of one partner over to another: one form, one step, and what is left to do afterwards. */
export function HandOverPage() {
  const { tenantId } = useFrame()
  const go = useGo()
  const linkId = useParam('link')
  const link = useAccessLink(linkId)
  const partner = link.data?.body.partner_name
  return (
    <Page
      title={partner === undefined ? t('handover.title_plain') : t('handover.title', { partner })}
      lead={t('handover.lead')}
      back={{ to: orgPlaces.link(tenantId, linkId), label: t('access.link_plain') }}
    >
      <Answer query={link}>
        {({ body }) => <HandOverForm link={body} onKeep={() => go(orgPlaces.link(tenantId, linkId))} />}
      </Answer>
    </Page>
  )
}
