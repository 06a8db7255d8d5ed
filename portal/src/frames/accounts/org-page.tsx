import { Button, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { PartnerAccount } from '@liaison/client'
import { useState } from 'react'

import { errorOf, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { AccountTable } from './account-list.tsx'
import { moveAccount, readAskedAccounts } from './calls.ts'
import { EngagementPick } from './engagement-pick.tsx'
import type { Engagement } from './engagement-pick.tsx'
import { SubscriberPick } from './subscriber-pick.tsx'

const nobody = { id: '', name: '' }

type Attachment = { partner_slug: string; subscriber_id: string; engagement: Engagement }

function useAttach(subscriber: string, onDone: () => void) {
  return useWrite(
    (body: Attachment, frame) => readBody(frame.client.POST('/tenant/partner-access/accounts', { body })),
    () => {
      showToast(t('accounts.attached', { subscriber }))
      onDone()
    },
  )
}

function AttachForm() {
  const [code, setCode] = useState('')
  const [engagement, setEngagement] = useState<Engagement>('sales')
  const [subscriber, setSubscriber] = useState(nobody)
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useAttach(subscriber.name, () => setSubscriber(nobody))
  return (
    <Panel title={t('accounts.attach_title')}>
      <WriteForm
        write={write}
        errors={errors}
        act={t('accounts.attach')}
        className="stack tight form"
        onSend={() => {
          const found = [
            ...(code.trim() === '' ? [{ field: 'partner_slug', text: t('accounts.code_missing') }] : []),
            ...(subscriber.id === ''
              ? [{ field: 'attach-search', text: t('accounts.subscriber_missing') }]
              : []),
          ]
          setErrors(found)
          if (found.length > 0) return
          write.mutate({ partner_slug: code.trim(), subscriber_id: subscriber.id, engagement })
        }}
      >
        <TextInput
          id="partner_slug"
          label={t('accounts.code')}
          description={t('accounts.code_help')}
          required
          value={code}
          error={errorOf(errors, 'partner_slug')}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <EngagementPick value={engagement} onValue={setEngagement} />
        <SubscriberPick
          id="attach"
          chosen={subscriber.id}
          error={errorOf(errors, 'attach-search')}
          onChosen={(id, name) => setSubscriber({ id, name })}
        />
      </WriteForm>
    </Panel>
  )
}

function Asked({ account }: { account: PartnerAccount }) {
  const [subscriber, setSubscriber] = useState(nobody)
  const [isMissing, setMissing] = useState(false)
  const names = { partner: account.partner_name, asked: account.asked_for ?? '' }
  const write = useWrite(
    (_: null, frame) =>
      readBody(
        frame.client.POST('/tenant/partner-access/accounts/{account_id}/accept', {
          params: { path: { account_id: account.account_id } },
          body: { subscriber_id: subscriber.id },
        }),
      ),
    () => showToast(t('accounts.attached', { subscriber: subscriber.name })),
  )
  const accept = () => (subscriber.id === '' ? setMissing(true) : write.mutate(null))
  return (
    <Panel title={t('accounts.accepting', names)}>
      <div className="stack tight">
        {account.message !== null && <q>{account.message}</q>}
        <WriteProblem error={write.error} />
        <SubscriberPick
          id={account.account_id}
          chosen={subscriber.id}
          error={isMissing && subscriber.id === '' ? t('accounts.subscriber_missing') : undefined}
          onChosen={(id, name) => setSubscriber({ id, name })}
        />
        <div className="row">
          <Button loading={write.isPending} onClick={accept}>
            {t('accounts.accept')}
          </Button>
          <MoveButton
            words={{
              act: t('accounts.decline'),
              title: t('accounts.decline_title', names),
              effect: t('accounts.decline_effect', names),
              keep: t('accounts.decline_keep'),
              done: t('accounts.declined'),
            }}
            reason="optional"
            move={(reason, frame) => moveAccount(frame, account, { to: 'decline', reason })}
          />
        </div>
      </div>
    </Panel>
  )
}

/** Which subscribers of the organisation are accounts of which partners, and what partners ask for. */
export function OrgAccountsPage() {
  const { name } = useFrame()
  const asked = useRead(['accounts', 'asked'], readAskedAccounts)
  return (
    <Page title={t('accounts.title_org')} lead={t('accounts.lead_org', { org: name })}>
      <div className="stack wide">
        <Answer query={asked}>
          {(rows) => rows.map((account) => <Asked key={account.account_id} account={account} />)}
        </Answer>
        <AccountTable title={t('accounts.held')} none={t('accounts.none')} status="active" />
        <AttachForm />
        <AccountTable title={t('accounts.earlier')} status="ended,declined,withdrawn" name="past" />
      </div>
    </Page>
  )
}
