import { Button } from '@mantine/core'
import { readBody, readTagged } from '@liaison/client'
import type { ConfigurationInForce } from '@liaison/client'
import { useMemo, useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { readTrouble } from '../../platform/access-problem.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { BrandPreview } from './brand-preview.tsx'
import { BrandingFields } from './branding-fields.tsx'
import type { Branding } from './branding-fields.tsx'
import { tellSeconds } from './value-words.ts'

const imageAt = (sha256: string) => `/api/v1/partner/configuration/images/${sha256}`

function brandingIn(document: Readonly<Record<string, unknown>>): Branding {
  const branding = document['branding']
  return typeof branding === 'object' && branding !== null ? branding : {}
}

function errorsOf(error: Error | null): FormError[] {
  const trouble = error === null ? null : readTrouble(error)
  if (trouble === null || !('problem' in trouble)) return []
  return trouble.problem.content.errors.map(({ pointer, detail }) => ({
    field: pointer.split('/').at(-1) ?? '',
    text: detail,
  }))
}

type PartProps = {
  branding: Branding
  effective: ConfigurationInForce['effective']['branding']
  errors: readonly FormError[]
  name: string
  mayWrite: boolean
  onBranding: (branding: Branding) => void
}

function LookParts({ branding, effective, errors, name, mayWrite, onBranding }: PartProps) {
  return (
    <div className="halves">
      <Panel title={t('config.section.branding')}>
        <BrandingFields
          branding={branding}
          effective={effective}
          errors={errors}
          mayWrite={mayWrite}
          imageAt={imageAt}
          sendImage={(data, frame) =>
            readBody(frame.client.POST('/partner/configuration/images', { body: { data } }))
          }
          onBranding={onBranding}
        />
      </Panel>
      <BrandPreview
        brand={{
          name: branding.display_name ?? name,
          primary: branding.primary_color ?? effective.primary_color,
          accent: branding.accent_color ?? effective.accent_color,
          logo: branding.logo ? imageAt(branding.logo) : null,
        }}
      />
    </div>
  )
}

type FormProps = { inForce: ConfigurationInForce; etag: string | null; name: string }

function BrandingForm({ inForce, etag, name }: FormProps) {
  const [branding, setBranding] = useState(() => brandingIn(inForce.document))
  const mayWrite = useMay('partner_org.branding.manage')
  const write = useWrite(
    (wanted: Branding, frame) =>
      readBody(
        frame.client.PUT('/partner/configuration/branding', {
          headers: { 'If-Match': etag ?? '' },
          body: wanted,
        }),
      ),
    () => showToast(t('branding.saved')),
  )
  const errors = useMemo(() => errorsOf(write.error), [write.error])
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        write.mutate(branding)
      }}
    >
      <WriteProblem error={write.error} />
      <LookParts
        branding={branding}
        effective={inForce.effective.branding}
        errors={errors}
        name={name}
        mayWrite={mayWrite}
        onBranding={setBranding}
      />
      {mayWrite && (
        <div>
          <Button type="submit" loading={write.isPending}>
            {t('branding.save')}
          </Button>
        </div>
      )}
    </form>
  )
}

function Rest({ effective }: Pick<ConfigurationInForce, 'effective'>) {
  const { staff } = effective.sessions
  return (
    <Panel title={t('branding.rest')}>
      <p className="muted">{t('branding.rest_about')}</p>
      <Facts
        facts={[
          fact(t('config.rest.idle'), tellSeconds(staff.idle_s)),
          fact(t('config.rest.absolute'), tellSeconds(staff.absolute_s)),
          fact(
            t('config.rest.concurrent'),
            staff.max_concurrent === null ? t('config.no_limit') : String(staff.max_concurrent),
          ),
          fact(t('config.section.api'), t(`config.choice.${effective.api.access_level}`)),
        ]}
      />
    </Panel>
  )
}

/** How the partner's own pages look, and what the provider has set for it. */
export function BrandingPage() {
  const { name } = useFrame()
  const inForce = useRead(['configuration'], (frame, signal) =>
    readTagged(frame.client.GET('/partner/configuration', { signal })),
  )
  return (
    <Page title={t('branding.title')} lead={t('branding.lead', { partner: name })}>
      <Answer query={inForce} lines={10}>
        {({ body, etag }) => (
          <div className="stack">
            <KeptForm value={{ body, etag }} version={etag}>
              {(held) => <BrandingForm inForce={held.body} etag={held.etag} name={name} />}
            </KeptForm>
            <Rest effective={body.effective} />
          </div>
        )}
      </Answer>
    </Page>
  )
}
