import { Button, NativeSelect, Textarea } from '@mantine/core'
import { readBody, readTagged } from '@liaison/client'
import type { PartnerNetworks } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import { Note, Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

const modes = ['off', 'monitor', 'enforce'] as const

function Outside({ rule }: { rule: PartnerNetworks }) {
  const { calls_outside: count, days } = rule
  if (count === null || rule.ip_mode === 'off') return null
  return (
    <Note tone={count === 0 ? 'info' : 'attention'}>
      <p>{count === 0 ? t('networks.inside', { days }) : t('networks.outside', { count, days })}</p>
    </Note>
  )
}

type NetworkFieldsProps = {
  mode: PartnerNetworks['ip_mode']
  text: string
  mayWrite: boolean
  onMode: (mode: PartnerNetworks['ip_mode']) => void
  onText: (text: string) => void
}

function NetworkFields({ mode, text, mayWrite, onMode, onText }: NetworkFieldsProps) {
  return (
    <>
      <NativeSelect
        id="ip_mode"
        label={t('networks.mode')}
        value={mode}
        disabled={!mayWrite}
        onChange={(event) => onMode(modes.find((one) => one === event.currentTarget.value) ?? 'off')}
      >
        {modes.map((one) => (
          <option key={one} value={one}>
            {t(`networks.${one}`)}
          </option>
        ))}
      </NativeSelect>
      {mode !== 'off' && (
        <Textarea
          id="ip_allow"
          label={t('networks.list')}
          description={t('rules.ip_list_about')}
          rows={5}
          value={text}
          disabled={!mayWrite}
          onChange={(event) => onText(event.currentTarget.value)}
        />
      )}
    </>
  )
}

function NetworksForm({ rule, etag }: { rule: PartnerNetworks; etag: string | null }) {
  const [mode, setMode] = useState(rule.ip_mode)
  const [text, setText] = useState(rule.ip_allow.join('\n'))
  const mayWrite = useMay('partner_org.profile.update')
  const write = useWrite(
    (_: null, frame) =>
      readBody(
        frame.client.PUT('/partner/networks', {
          headers: { 'If-Match': etag ?? '' },
          body: { ip_mode: mode, ip_allow: text.split(/[\s,]+/).filter((range) => range !== '') },
        }),
      ),
    () => showToast(t('networks.saved')),
  )
  return (
    <form
      className="stack form"
      onSubmit={(event) => {
        event.preventDefault()
        write.mutate(null)
      }}
    >
      <WriteProblem error={write.error} />
      <Outside rule={rule} />
      <NetworkFields mode={mode} text={text} mayWrite={mayWrite} onMode={setMode} onText={setText} />
      {mayWrite && (
        <div>
          <Button type="submit" loading={write.isPending}>
            {t('networks.save')}
          </Button>
        </div>
      )}
    </form>
  )
}

/** From which networks the partner's own people work in tenants. */
export function NetworksPage() {
  const { name } = useFrame()
  const rule = useRead(['networks'], (frame, signal) =>
    readTagged(frame.client.GET('/partner/networks', { signal })),
  )
  return (
    <Page title={t('networks.title')} lead={t('networks.lead', { partner: name })}>
      <Answer query={rule}>
        {(found) => (
          <KeptForm value={found} version={found.etag}>
            {({ body, etag }) => <NetworksForm rule={body} etag={etag} />}
          </KeptForm>
        )}
      </Answer>
    </Page>
  )
}
