import { Radio } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { AgencyForm, FormToken, NewFormToken } from '@liaison/client'
import { useState } from 'react'

import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { useForm, useFormTokens } from './calls.ts'
import { CodePage } from './code-page.tsx'

const overlaps = [0, 3600, 86_400, 604_800, 2_592_000] as const
type Overlap = (typeof overlaps)[number]

type MakeProps = {
  form: AgencyForm
  current: FormToken | undefined
  onMade: (made: NewFormToken) => void
}

function useMake({ form, current, onMade }: MakeProps) {
  return useWrite(
    (overlap: Overlap, frame) =>
      readBody(
        current
          ? frame.client.POST('/tenant/tokens/{token_id}/rotate', {
              params: { path: { token_id: current.token_id } },
              body: { overlap_seconds: overlap },
            })
          : frame.client.POST('/tenant/forms/{form_id}/tokens', {
              params: { path: { form_id: form.form_id } },
              body: {},
            }),
      ),
    onMade,
  )
}

function MakeForm(props: MakeProps) {
  const { form, current } = props
  const [overlap, setOverlap] = useState<Overlap>(604_800)
  const write = useMake(props)
  return (
    <WriteForm
      write={write}
      act={t(current ? 'token.replace' : 'token.make')}
      onSend={() => {
        write.mutate(overlap)
      }}
    >
      <p>{t('token.make_text', { sites: form.allowed_origins.join(', ') })}</p>
      {current && (
        <Radio.Group
          label={t('token.overlap')}
          value={String(overlap)}
          onChange={(value) => setOverlap(overlaps.find((one) => String(one) === value) ?? overlap)}
        >
          <div className="stack tight">
            {overlaps.map((one) => (
              <Radio key={one} value={String(one)} label={t(`token.overlap_${one}`)} />
            ))}
          </div>
        </Radio.Group>
      )}
    </WriteForm>
  )
}

/** Makes the token of a form, or its replacement, and shows the code once (A4, A5). */
export function NewTokenPage() {
  const { tenantId: ten } = useFrame()
  const agencyId = useParam('agency')
  const formId = useParam('form')
  const read = useForm(formId)
  const tokens = useFormTokens(formId)
  const [made, setMade] = useState<NewFormToken | null>(null)
  const form = read.data?.body
  const current = tokens.data?.items.find(({ state }) => state === 'current')
  const back = orgPlaces.form(ten, agencyId, formId)
  if (made !== null && form !== undefined) return <CodePage form={form} made={made} back={back} />
  return (
    <Page
      title={current ? t('token.replace_title', { token: current.display }) : t('token.make_title')}
      lead={t('token.make_lead')}
      back={{ to: back, label: form?.name ?? t('form.name') }}
    >
      <Answer query={read}>
        {({ body }) => (
          <Answer query={tokens}>
            {() =>
              body.config === null || body.allowed_origins.length === 0 ? (
                <p>{t('token.not_ready')}</p>
              ) : (
                <MakeForm form={body} current={current} onMade={setMade} />
              )
            }
          </Answer>
        )}
      </Answer>
    </Page>
  )
}
