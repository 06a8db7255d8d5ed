import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { readEveryLink } from '../shared/every.ts'
import { AccountTable } from './account-list.tsx'
import { EngagementPick } from './engagement-pick.tsx'
import type { Engagement } from './engagement-pick.tsx'

interface Wanted {
  readonly link_id: string
  readonly asked_for: string
  readonly engagement: Engagement
  readonly message: string
}

const nothing: Wanted = { link_id: '', asked_for: '', engagement: 'sales', message: '' }

function checkWanted({ link_id: link, asked_for: asked }: Wanted): FormError[] {
  return [
    ...(link === '' ? [{ field: 'link_id', text: t('accounts.tenant_missing') }] : []),
    ...(asked.trim() === '' ? [{ field: 'asked_for', text: t('accounts.asked_for_missing') }] : []),
  ]
}

type LinkPickProps = { value: string; error: string | undefined; onValue: (value: string) => void }

/** The organisations with a live link: only they can be asked. */
function LinkPick({ value, error, onValue }: LinkPickProps) {
  const links = useRead(['links', 'every', 'active'], (frame, signal) =>
    readEveryLink(frame.client, 'active', signal),
  )
  return (
    <NativeSelect
      id="link_id"
      label={t('accounts.tenant')}
      required
      value={value}
      error={error}
      onChange={(event) => onValue(event.currentTarget.value)}
    >
      <option value="">{t('accounts.choose')}</option>
      {(links.data ?? []).map((link) => (
        <option key={link.link_id} value={link.link_id}>
          {link.tenant_name}
        </option>
      ))}
    </NativeSelect>
  )
}

function useAsk(onDone: () => void) {
  return useWrite(
    ({ message, ...wanted }: Wanted, frame) =>
      readBody(
        frame.client.POST('/partner/accounts/request', {
          body: { ...wanted, ...(message.trim() !== '' && { message: message.trim() }) },
        }),
      ),
    () => {
      showToast(t('accounts.ask_sent'))
      onDone()
    },
  )
}

function AskForm() {
  const [wanted, setWanted] = useState(nothing)
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useAsk(() => setWanted(nothing))
  const change = (part: Partial<Wanted>) => setWanted({ ...wanted, ...part })
  return (
    <Panel title={t('accounts.ask_title')}>
      <WriteForm
        write={write}
        errors={errors}
        act={t('accounts.ask')}
        className="stack tight form"
        onSend={() => {
          const found = checkWanted(wanted)
          setErrors(found)
          if (found.length === 0) write.mutate({ ...wanted, asked_for: wanted.asked_for.trim() })
        }}
      >
        <LinkPick
          value={wanted.link_id}
          error={errorOf(errors, 'link_id')}
          onValue={(value) => change({ link_id: value })}
        />
        <TextInput
          id="asked_for"
          label={t('accounts.asked_for')}
          description={t('accounts.asked_for_help')}
          required
          maxLength={200}
          value={wanted.asked_for}
          error={errorOf(errors, 'asked_for')}
          onChange={(event) => change({ asked_for: event.currentTarget.value })}
        />
        <EngagementPick value={wanted.engagement} onValue={(engagement) => change({ engagement })} />
        <Textarea
          id="message"
          label={t('accounts.ask_message')}
          maxLength={1000}
          autosize
          minRows={2}
          value={wanted.message}
          onChange={(event) => change({ message: event.currentTarget.value })}
        />
      </WriteForm>
    </Panel>
  )
}

/** The subscribers that organisations made accounts of this partner, and what it asks for. */
export function PartnerAccountsPage() {
  return (
    <Page title={t('accounts.title_partner')} lead={t('accounts.lead_partner')}>
      <div className="stack wide">
        <AccountTable title={t('accounts.held')} none={t('accounts.none_partner')} />
        <AskForm />
      </div>
    </Page>
  )
}
