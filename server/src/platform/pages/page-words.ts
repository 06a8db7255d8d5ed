import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import { french, frenchHtml } from '#platform/words/french.ts'
import type { Language } from '#platform/words/language.ts'

export type FrameKind = 'platform' | 'partner' | 'acting' | 'org' | 'emergency'

/** What stands around every page. */
export interface PageWords {
  readonly skip: string
  readonly error: string
  readonly oneFault: string
  readonly someFaults: string
  readonly signedInAs: string
  readonly account: string
  readonly help: string
  readonly signOut: string
  readonly language: string
  readonly stopByTelephone: (phone: Html) => Html
  readonly frames: Readonly<Record<FrameKind, string>>
}

const EN: PageWords = {
  skip: 'Skip to content',
  error: 'Error: ',
  oneFault: 'One thing needs your attention',
  someFaults: 'Some things need your attention',
  signedInAs: 'Signed in as',
  account: 'Account',
  help: 'Help',
  signOut: 'Sign out',
  language: 'Language',
  stopByTelephone: (phone) => html`You can also stop it by telephone: ${phone}.`,
  frames: {
    platform: 'Platform',
    partner: 'Partner',
    acting: 'Acting in',
    org: 'Your organisation',
    emergency: 'Emergency',
  },
}

const ES: PageWords = {
  skip: 'Ir al contenido',
  error: 'Error: ',
  oneFault: 'Hay algo que revisar',
  someFaults: 'Hay varias cosas que revisar',
  signedInAs: 'Sesión iniciada como',
  account: 'Cuenta',
  help: 'Ayuda',
  signOut: 'Cerrar sesión',
  language: 'Idioma',
  stopByTelephone: (phone) => html`También puede detenerlo por teléfono: ${phone}.`,
  frames: {
    platform: 'Plataforma',
    partner: 'Socio',
    acting: 'Actúa en',
    org: 'Su organización',
    emergency: 'Emergencia',
  },
}

const FR: PageWords = {
  skip: 'Aller au contenu',
  error: french`Erreur : `,
  oneFault: 'Un point est à revoir',
  someFaults: 'Plusieurs points sont à revoir',
  signedInAs: 'Session ouverte par',
  account: 'Compte',
  help: 'Aide',
  signOut: 'Se déconnecter',
  language: 'Langue',
  stopByTelephone: (phone) => frenchHtml`Vous pouvez aussi l'arrêter par téléphone : ${phone}.`,
  frames: {
    platform: 'Plateforme',
    partner: 'Partenaire',
    acting: 'Vous agissez dans',
    org: 'Votre organisation',
    emergency: 'Urgence',
  },
}

export const PAGE_WORDS: Readonly<Record<Language, PageWords>> = { en: EN, es: ES, fr: FR }

/** Each language by its own name, so that whoever reads no other finds it. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: 'English',
  es: 'Español',
  fr: 'Français',
}
