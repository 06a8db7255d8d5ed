import './program-words.ts'
import { Button, TextInput } from '@mantine/core'
import { readBody, readTagged } from '@liaison/client'
import type { PayoutReceiver as Receiver } from '@liaison/client'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { fact, Facts } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { formatDate } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { Setting } from './setting.tsx'

type ReceiverProps = { onSecret: (secret: string) => void }
type FormProps = ReceiverProps & { receiver: Receiver; etag: string | null }
type Changed = { body: Receiver & { secret: string | null }; etag: string | null }

const READ = ['payouts', 'receiver']

/**
 * Takes the answer of a change, without its secret, in the place of what was read: the page of the secret has these settings
 * gone, and they come back at once as they are now.
 */
function useTake({ onSecret }: ReceiverProps) {
  const cache = useQueryClient()
  const frame = useFrame()
  return ({ body: { secret, ...body }, etag }: Changed) => {
    cache.setQueryData([frame.key, ...READ], { body, etag })
    if (secret !== null) onSecret(secret)
  }
}

function useSave({ etag, onSecret }: Pick<FormProps, 'etag' | 'onSecret'>) {
  const take = useTake({ onSecret })
  return useWrite(
    (url: string, { client }) =>
      readTagged(
        client.PUT('/admin/payout-receiver', {
          headers: { 'If-Match': etag ?? '' },
          body: { url: url.trim() === '' ? null : url.trim() },
        }),
      ),
    (changed) => {
      showToast(t('program_settings.done'))
      take(changed)
    },
  )
}

function Rotate({ onSecret }: ReceiverProps) {
  const take = useTake({ onSecret })
  return (
    <MoveButton
      words={{
        act: t('payout_receiver.rotate'),
        title: t('payout_receiver.rotate_title'),
        effect: t('payout_receiver.rotate_effect'),
        keep: t('payout_receiver.rotate_keep'),
        done: t('payout_receiver.rotate_done'),
      }}
      move={async (_reason, { client }) => {
        take(await readTagged(client.POST('/admin/payout-receiver/rotate-secret', { body: {} })))
      }}
    />
  )
}

type Tested = Awaited<ReturnType<typeof sendTest>>

const sendTest = (_: void, { client }: Pick<Frame, 'client'>) =>
  readBody(client.POST('/admin/payout-receiver/test', { body: {} }))

function tellTest({ outcome, response_code: code, duration_ms: ms }: Tested): string {
  if (code === null)
    return t('payout_receiver.test_silent', { ms, why: tValue('payout_receiver.test', outcome) })
  return t(outcome === 'delivered' ? 'payout_receiver.test_taken' : 'payout_receiver.test_answered', {
    code,
    ms,
  })
}

/** Whether the address works is known before the first batch goes there. */
function Test() {
  const [tested, setTested] = useState<Tested | null>(null)
  const write = useWrite(sendTest, setTested)
  return (
    <div>
      <Button variant="default" loading={write.isPending} onClick={() => write.mutate()}>
        {t('payout_receiver.test')}
      </Button>
      <WriteProblem error={write.error} />
      <p role="status" className="small">
        {tested && tellTest(tested)}
      </p>
      {tested?.response_excerpt && <pre className="small">{tested.response_excerpt}</pre>}
    </div>
  )
}

function Form({ receiver, etag, onSecret }: FormProps) {
  const [url, setUrl] = useState(receiver.url ?? '')
  const mayChange = useMay('platform.payouts.approve')
  const write = useSave({ etag, onSecret })
  return (
    <Setting
      title={t('payout_receiver.title')}
      about={t('payout_receiver.about')}
      lastSet={t('program_settings.set_by', {
        version: receiver.version,
        name: receiver.set_by_name,
        date: formatDate(receiver.set_at),
      })}
      mayChange={mayChange}
      errors={[]}
      isBusy={write.isPending}
      error={write.error}
      now={
        <Facts
          facts={[
            fact(t('payout_receiver.url'), receiver.url ?? t('payout_receiver.nothing')),
            fact(t('payout_receiver.key'), receiver.public_keys[0]),
          ]}
        />
      }
      onSave={() => write.mutate(url)}
    >
      <TextInput
        id="url"
        type="url"
        label={t('payout_receiver.url')}
        description={t('payout_receiver.url_about')}
        value={url}
        maxLength={2000}
        onChange={(event) => setUrl(event.currentTarget.value)}
      />
      {receiver.url !== null && (
        <>
          <Facts facts={[fact(t('payout_receiver.key'), <code>{receiver.public_keys[0]}</code>)]} />
          <div>
            <Rotate onSecret={onSecret} />
          </div>
          {mayChange && <Test />}
        </>
      )}
    </Setting>
  )
}

/** Where payouts are handed to the finance system; a secret is shown once, on a page of its own. */
export function PayoutReceiver({ onSecret }: ReceiverProps) {
  const receiver = useRead(
    READ,
    (frame, signal) => readTagged(frame.client.GET('/admin/payout-receiver', { signal })),
    // What a change answered is as new as what is read after it.
    { keep: true },
  )
  return (
    <Answer query={receiver} lines={4}>
      {(found) => (
        <KeptForm value={found} version={found.body.version}>
          {({ body, etag }) => <Form receiver={body} etag={etag} onSecret={onSecret} />}
        </KeptForm>
      )}
    </Answer>
  )
}
