import { Panel } from '../../parts/page.tsx'
import { t } from '../../platform/words.ts'
import { readableOnDark } from './contrast.ts'

export type Brand = {
  name: string
  primary: string
  accent: string
  /** Where the logo is, if there is one. */
  logo: string | null
}

const grounds = { light: '#ffffff', dark: '#16181c' } as const

function Card({ brand, ground }: { brand: Brand; ground: keyof typeof grounds }) {
  const isDark = ground === 'dark'
  const accent = isDark ? readableOnDark(brand.accent, grounds.dark) : brand.accent
  return (
    <figure className="brand-card" data-ground={ground}>
      <div className="brand-bar" style={{ background: brand.primary }}>
        {brand.logo !== null && <img src={brand.logo} alt="" height={24} />}
        <span>{brand.name}</span>
      </div>
      <div className="brand-body">
        <p>{t('branding.preview_text')}</p>
        <span className="brand-button" style={{ background: brand.primary }}>
          {t('branding.preview_button')}
        </span>
        <span className="brand-link" style={{ color: accent }}>
          {t('branding.preview_link')}
        </span>
      </div>
      <figcaption>{t(`branding.preview_${ground}`)}</figcaption>
    </figure>
  )
}

/** How the partner's own pages look with these colours, in light and dark. */
export function BrandPreview({ brand }: { brand: Brand }) {
  return (
    <Panel title={t('branding.preview')}>
      <div className="brand-cards">
        <Card brand={brand} ground="light" />
        <Card brand={brand} ground="dark" />
      </div>
    </Panel>
  )
}
