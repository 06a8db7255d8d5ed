import { createTheme, defaultVariantColorsResolver } from '@mantine/core'
import type { VariantColorsResolver } from '@mantine/core'

const byVariant: Readonly<
  Record<string, { background: string; hover: string; color: string; border: string }>
> = {
  filled: {
    background: 'var(--brand-fill)',
    hover: 'var(--brand-hover)',
    color: '#fff',
    border: '1px solid transparent',
  },
  light: {
    background: 'var(--brand-soft)',
    hover: 'var(--brand-soft-hover)',
    color: 'var(--brand-ink)',
    border: '1px solid transparent',
  },
  subtle: {
    background: 'transparent',
    hover: 'var(--brand-soft)',
    color: 'var(--brand-ink)',
    border: '1px solid transparent',
  },
}

const danger = {
  background: 'var(--danger-fill)',
  hover: 'var(--danger-hover)',
  color: '#fff',
  border: '1px solid transparent',
}

// The library's own colours miss WCAG AA; these come from tokens.css, where each pair was computed.
const resolveColors: VariantColorsResolver = (input) => {
  if (input.color === 'red' && input.variant === 'filled') return danger
  const ours = input.color === undefined || input.color === 'blue' ? byVariant[input.variant] : undefined
  return ours ?? defaultVariantColorsResolver(input)
}

// Mantine adds <style> elements for some features; each is switched off here, because the policy of the
// page allows style sheets of our own origin only.
const overlay = {
  lockScroll: false,
  attributes: { header: { role: 'presentation' } },
  transitionProps: { duration: 120 },
}

export const theme = createTheme({
  primaryColor: 'blue',
  defaultRadius: 6,
  respectReducedMotion: true,
  variantColorResolver: resolveColors,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
    NativeSelect: { defaultProps: { size: 'sm' } },
    Textarea: { defaultProps: { size: 'sm' } },
    Drawer: { defaultProps: overlay },
    Modal: { defaultProps: { ...overlay, centered: true } },
  },
})
