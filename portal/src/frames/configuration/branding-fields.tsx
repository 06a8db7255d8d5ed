import { Button, TextInput } from '@mantine/core'
import type { ConfigurationInForce } from '@liaison/client'

import { errorOf, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { useWrite } from '../../platform/query.ts'
import type { Frame } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { toBase64 } from '../shared/base64.ts'
import { contrastOf, leastContrast } from './contrast.ts'

/** What a version says about the look; what is missing is as the platform has it. */
export type Branding = Partial<ConfigurationInForce['effective']['branding']>

type Shared = {
  branding: Branding
  errors: readonly FormError[]
  mayWrite: boolean
  onBranding: (branding: Branding) => void
}

type BrandingProps = Shared & {
  effective: ConfigurationInForce['effective']['branding']
  /** Where an image can be seen. */
  imageAt: (sha256: string) => string
  sendImage: (data: string, frame: Frame) => Promise<{ sha256: string }>
}

type ColourProps = Shared & { name: 'primary_color' | 'accent_color'; label: string; fallback: string }

function Colour({ branding, errors, mayWrite, onBranding, name, label, fallback }: ColourProps) {
  const colour = branding[name] ?? fallback
  const contrast = contrastOf(colour, '#ffffff')
  const isLow = contrast < leastContrast
  const told = t(isLow ? 'branding.contrast_low' : 'branding.contrast', { contrast: contrast.toFixed(1) })
  return (
    <div className="config-colour">
      <TextInput
        id={name}
        type="color"
        label={label}
        description={t('branding.colour_about')}
        value={colour}
        disabled={!mayWrite}
        error={errorOf(errors, name) ?? (isLow ? told : undefined)}
        onChange={(event) => onBranding({ ...branding, [name]: event.currentTarget.value })}
      />
      {!isLow && <p className="small muted">{told}</p>}
      {mayWrite && branding[name] !== undefined && (
        <button
          type="button"
          className="row-tool"
          onClick={() => {
            const { [name]: _taken, ...others } = branding
            onBranding(others)
          }}
        >
          {t('branding.default_colour')}
        </button>
      )}
    </div>
  )
}

type LogoProps = Omit<BrandingProps, 'effective'>

function ShownLogo({ branding, mayWrite, onBranding, imageAt }: LogoProps) {
  if (!branding.logo) return null
  return (
    <div className="row">
      <img className="config-logo" src={imageAt(branding.logo)} alt={t('branding.logo_now')} height={40} />
      {mayWrite && (
        <Button variant="default" onClick={() => onBranding({ ...branding, logo: null })}>
          {t('branding.logo_remove')}
        </Button>
      )}
    </div>
  )
}

function Logo(props: LogoProps) {
  const { branding, errors, mayWrite, onBranding, sendImage } = props
  const write = useWrite(
    async (file: File, frame) => sendImage(toBase64(await file.arrayBuffer()), frame),
    ({ sha256 }) => onBranding({ ...branding, logo: sha256 }),
  )
  const fault = errorOf(errors, 'logo')
  return (
    <div className="stack tight">
      <WriteProblem error={write.error} />
      <label htmlFor="logo" className="strong">
        {t('branding.logo')}
      </label>
      <p className="small muted" id="logo-about">
        {t('branding.logo_about')}
      </p>
      <ShownLogo {...props} />
      {mayWrite && (
        <input
          id="logo"
          type="file"
          accept="image/png,image/jpeg,image/webp"
          aria-describedby="logo-about"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0]
            if (file) write.mutate(file)
          }}
        />
      )}
      {fault !== undefined && <p className="small field-fault">{fault}</p>}
    </div>
  )
}

const texts = [
  ['display_name', 'branding.name'],
  ['support_email', 'branding.support_email'],
  ['support_url', 'branding.support_url'],
  ['terms_url', 'branding.terms_url'],
  ['privacy_url', 'branding.privacy_url'],
] as const

/** The fields of the look: name, colours, logo, and where help and rules are. */
export function BrandingFields(props: BrandingProps) {
  const { branding, effective, errors, mayWrite, onBranding } = props
  const shared = { branding, errors, mayWrite, onBranding }
  const [first, ...others] = texts
  const textOf = ([name, label]: (typeof texts)[number]) => (
    <TextInput
      key={name}
      id={name}
      label={t(label)}
      {...(name.endsWith('_url') ? { description: t('branding.address_about'), inputMode: 'url' } : {})}
      maxLength={name === 'display_name' ? 100 : 500}
      value={branding[name] ?? ''}
      disabled={!mayWrite}
      error={errorOf(errors, name)}
      onChange={(event) => onBranding({ ...branding, [name]: event.currentTarget.value || null })}
    />
  )
  return (
    <div className="stack form">
      {textOf(first)}
      <Colour
        {...shared}
        name="primary_color"
        label={t('branding.primary')}
        fallback={effective.primary_color}
      />
      <Colour
        {...shared}
        name="accent_color"
        label={t('branding.accent')}
        fallback={effective.accent_color}
      />
      <Logo {...props} />
      {others.map(textOf)}
    </div>
  )
}
