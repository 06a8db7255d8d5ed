import { Button, Tabs, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { AgencyForm, NewFormToken } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Note, Page, Panel } from '../../parts/page.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatRelative } from '../../platform/format.ts'
import { showToast } from '../../platform/live.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { useShownOnce } from '../../platform/unsaved.ts'
import { t } from '../../platform/words.ts'
import { useFormActivity } from './calls.ts'

type CodePageProps = { form: AgencyForm; made: NewFormToken; back: string }

const variants = ['script', 'pinned', 'iframe'] as const
const refetchMs = 5_000

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text)
  showToast(t('token.copied'))
}

function CodeBox({ code, what }: { code: string; what: 'code' | 'csp' }) {
  return (
    <div className="stack tight">
      <code className="code-box">{code}</code>
      <div>
        <Button variant="default" onClick={() => void copy(code)}>
          {t(`token.copy_${what}`)}
        </Button>
      </div>
    </div>
  )
}

function Codes({ made }: { made: NewFormToken }) {
  return (
    <Tabs defaultValue="script" keepMounted={false}>
      <Tabs.List>
        {variants.map((variant) => (
          <Tabs.Tab key={variant} value={variant}>
            {t(`token.variant_${variant}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {variants.map((variant) => (
        <Tabs.Panel key={variant} value={variant} pt="md">
          <div className="stack tight">
            <p className="muted">{t(`token.variant_${variant}_about`)}</p>
            <CodeBox code={made.snippets[variant]} what="code" />
          </div>
        </Tabs.Panel>
      ))}
    </Tabs>
  )
}

/** Says when the form is first seen on a site; looks again by itself. */
function WaitingBox({ form, since }: { form: AgencyForm; since: string }) {
  const now = useNow(10_000)
  const activity = useFormActivity(form.form_id, refetchMs)
  const sites = (activity.data?.sites ?? []).filter((site) => site.last_seen_at >= since)
  const seen = sites.find((site) => site.is_allowed)
  const foreign = sites.find((site) => !site.is_allowed)
  return (
    <div role="status" className="stack tight">
      {seen ? (
        <Note tone="ok">
          <p>
            {t('token.seen', {
              site: seen.origin,
              when: formatRelative(seen.last_seen_at, now),
            })}
          </p>
        </Note>
      ) : (
        <Note tone="info">
          <p>{t('token.waiting')}</p>
          <p className="small">{t('token.waiting_about')}</p>
        </Note>
      )}
      {foreign && (
        <Note tone="attention">
          <p>{t('token.foreign', { site: foreign.origin })}</p>
        </Note>
      )}
    </div>
  )
}

function MailForm({ form }: { form: AgencyForm }) {
  const [email, setEmail] = useState('')
  const [isWrong, setWrong] = useState(false)
  const write = useWrite(
    (to: string, frame) =>
      readBody(
        frame.client.POST('/tenant/forms/{form_id}/mail-code', {
          params: { path: { form_id: form.form_id } },
          body: { email: to },
        }),
      ),
    () => showToast(t('token.mail_sent')),
  )
  return (
    <form
      className="stack tight form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const isMail = /^[^@\s]+@[^@\s]+$/.test(email.trim())
        setWrong(!isMail)
        if (isMail) write.mutate(email.trim())
      }}
    >
      <p className="muted">{t('token.mail_about')}</p>
      <WriteProblem error={write.error} />
      <TextInput
        id="email"
        type="email"
        label={t('token.mail_to')}
        value={email}
        maxLength={254}
        error={isWrong ? t('token.mail_wrong') : undefined}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <div>
        <Button type="submit" variant="default" loading={write.isPending}>
          {t('token.mail_send')}
        </Button>
      </div>
    </form>
  )
}

/** The code for the page of the agency, shown once, on a page that no stray key closes (A5). */
export function CodePage({ form, made, back }: CodePageProps) {
  const go = useGo()
  const [isKept, setKept] = useState(false)
  useShownOnce(isKept)
  return (
    <Page title={t('token.code_title')}>
      <div className="stack">
        <Note tone="attention">
          <p>{t('token.code_once')}</p>
          <p>{t('token.not_secret')}</p>
        </Note>
        <Codes made={made} />
        <Panel title={t('token.csp')}>
          <div className="stack tight">
            <p className="muted">{t('token.csp_about')}</p>
            <CodeBox code={made.snippets.csp} what="csp" />
          </div>
        </Panel>
        <details>
          <summary>{t('token.mail')}</summary>
          <MailForm form={form} />
        </details>
        <WaitingBox form={form} since={made.created_at} />
        <div>
          <Button
            onClick={() => {
              setKept(true)
              go(back)
            }}
          >
            {t('token.code_done')}
          </Button>
        </div>
      </div>
    </Page>
  )
}
