import { Textarea } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { ApiClient } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Panel } from '../../parts/page.tsx'
import { DateText } from '../../parts/values.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import type { Frame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

type CertificatesProps = { client: ApiClient; etag: string | null }
type Certificate = ApiClient['certificates'][number]
type Change = { certificates?: string[]; token_binding?: ApiClient['token_binding'] }

const MOST_CERTIFICATES = 2

const textsOf = (certificates: readonly Certificate[]) => certificates.map(({ pem }) => pem)

function patch({ client, etag }: CertificatesProps, change: Change, frame: Frame) {
  return readBody(
    frame.client.PATCH('/partner/clients/{client_id}', {
      params: { path: { client_id: client.client_id } },
      headers: { 'If-Match': etag ?? '' },
      body: change,
    }),
  )
}

type LineProps = CertificatesProps & { certificate: Certificate; mayRemove: boolean }

function CertificateLine({ certificate, mayRemove, ...props }: LineProps) {
  const { subject, thumbprint } = certificate
  const words = {
    act: t('app.certificate_remove'),
    title: t('app.certificate_remove_title', { subject }),
    effect: t('app.certificate_remove_effect'),
    keep: t('app.certificate_keep'),
    done: t('app.certificate_removed'),
  }
  const others = props.client.certificates.filter((one) => one.thumbprint !== thumbprint)
  return (
    <li>
      <span>
        {subject} <code className="mono">{thumbprint}</code> <DateText iso={certificate.ends_at} />
      </span>
      <span>
        {mayRemove && (
          <MoveButton
            isInRow
            isDanger
            words={words}
            move={(_reason, frame) => patch(props, { certificates: textsOf(others) }, frame)}
          />
        )}
      </span>
    </li>
  )
}

function AddCertificate(props: CertificatesProps) {
  const [text, setText] = useState('')
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useWrite(
    (pem: string, frame) =>
      patch(props, { certificates: [...textsOf(props.client.certificates), pem] }, frame),
    () => {
      setText('')
      showToast(t('app.certificate_added'))
    },
  )
  const submit = () => {
    const fault = text.includes('PRIVATE KEY')
      ? t('app.certificate_private')
      : text.trim() === ''
        ? t('app.certificate_missing')
        : null
    setErrors(fault === null ? [] : [{ field: 'certificate', text: fault }])
    if (fault === null) write.mutate(text.trim())
  }
  return (
    <WriteForm
      write={write}
      errors={errors}
      act={t('app.certificate_add')}
      look="second"
      className="stack tight"
      onSend={submit}
    >
      <Textarea
        id="certificate"
        label={t('app.certificate')}
        description={t('app.certificate_about')}
        className="mono"
        rows={6}
        value={text}
        error={errorOf(errors, 'certificate')}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </WriteForm>
  )
}

/** Changes what tokens are bound to; the tokens of before go on until they end. */
function BindingTool(props: CertificatesProps) {
  const wanted = props.client.token_binding === 'dpop' ? 'mtls' : 'dpop'
  const { name } = props.client
  const words = {
    act: t(`app.bind_${wanted}`),
    title: t(`app.bind_${wanted}_title`, { name }),
    effect: t(`app.bind_${wanted}_effect`),
    keep: t('app.bind_keep'),
    done: t(`app.bind_${wanted}_done`),
  }
  return (
    <MoveButton
      key={wanted}
      words={words}
      move={(_reason, frame) => patch(props, { token_binding: wanted }, frame)}
    />
  )
}

/** What the tokens of an API client are bound to, and the certificates that they may be bound to. */
export function ClientCertificates({ mayChange, ...props }: CertificatesProps & { mayChange: boolean }) {
  const { certificates, token_binding: binding } = props.client
  const isNeeded = binding === 'mtls' && certificates.length === 1
  return (
    <Panel title={t('app.binding')}>
      <p>{t(`app.binding_${binding}`)}</p>
      <ul className="lines">
        {certificates.map((certificate) => (
          <CertificateLine
            key={certificate.thumbprint}
            certificate={certificate}
            mayRemove={mayChange && !isNeeded}
            {...props}
          />
        ))}
      </ul>
      {mayChange && certificates.length > 0 && <BindingTool {...props} />}
      {mayChange && certificates.length < MOST_CERTIFICATES && (
        <details>
          <summary>{t('app.certificate_new')}</summary>
          <AddCertificate {...props} />
        </details>
      )}
    </Panel>
  )
}
