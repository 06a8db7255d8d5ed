import { readBody } from '@liaison/client'
import type { ApiClient } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Panel } from '../../parts/page.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import type { Frame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { KeyField, noKeys, takeKeys } from './key-field.tsx'
import type { PublicJwk } from './key-pair.ts'

type KeysProps = { client: ApiClient; etag: string | null }

function putKeys({ client, etag }: KeysProps, keys: PublicJwk[], frame: Frame) {
  return readBody(
    frame.client.PATCH('/partner/clients/{client_id}', {
      params: { path: { client_id: client.client_id } },
      headers: { 'If-Match': etag ?? '' },
      body: { jwks: { keys } },
    }),
  )
}

function KeyLine({ kid, ...props }: KeysProps & { kid: string }) {
  const { keys } = props.client.jwks
  const words = {
    act: t('app.key_remove'),
    title: t('app.key_remove_title', { kid }),
    effect: t('app.key_remove_effect'),
    keep: t('app.key_keep'),
    done: t('app.key_removed'),
  }
  const others = keys.filter((key) => key['kid'] !== kid)
  return (
    <li>
      <code className="mono">{kid}</code>
      <span>
        {others.length > 0 && props.client.status !== 'revoked' && (
          <MoveButton
            isInRow
            isDanger
            words={words}
            move={(_reason, frame) => putKeys(props, others, frame)}
          />
        )}
      </span>
    </li>
  )
}

function AddKey(props: KeysProps) {
  const [given, setGiven] = useState(noKeys)
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useWrite(
    (keys: PublicJwk[], frame) => putKeys(props, [...props.client.jwks.keys, ...keys], frame),
    () => {
      setGiven(noKeys)
      showToast(t('app.key_added'))
    },
  )
  const submit = async () => {
    const taken = await takeKeys(given)
    setErrors('fault' in taken ? [{ field: 'keys', text: taken.fault }] : [])
    if ('keys' in taken) write.mutate(taken.keys)
  }
  return (
    <WriteForm
      write={write}
      errors={errors}
      act={t('app.key_add')}
      look="second"
      className="stack tight"
      onSend={() => {
        void submit()
      }}
    >
      <KeyField given={given} onGiven={setGiven} error={errorOf(errors, 'keys')} />
    </WriteForm>
  )
}

/** The keys of an API client, and how they are exchanged without a break. */
export function ClientKeys(props: KeysProps & { mayChange: boolean }) {
  const { client, mayChange } = props
  return (
    <Panel title={t('app.keys')}>
      <ul className="lines">
        {client.jwks.keys.map(({ kid = '' }) => (
          <KeyLine key={kid} kid={kid} client={client} etag={props.etag} />
        ))}
      </ul>
      {mayChange && (
        <details>
          <summary>{t('app.key_new')}</summary>
          <p className="muted">{t('app.keys_about')}</p>
          <AddKey client={client} etag={props.etag} />
        </details>
      )}
    </Panel>
  )
}
