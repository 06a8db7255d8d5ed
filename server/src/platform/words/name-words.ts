import { french } from './french.ts'
import type { Language } from './language.ts'

const EN = {
  nameless: 'A partner without a readable name',
  namelessApp: 'An app without a readable name',
  /** What is odd about the name of whoever asks for something, for those who decide about it (attack 30). */
  faults: {
    unseen: () => 'A name here contained letters that cannot be seen; they were left out.',
    mixed_script: () =>
      'A name here mixes alphabets, so that one letter can pass for another. Make sure that you know who asks.',
    look_alike: (provider: string) =>
      `A name here looks like the one of ${provider}. It is not ${provider} that asks.`,
    like_tenant: (tenant: string) =>
      `A name here looks like the one of ${tenant}. Make sure that you know who asks.`,
    like_partner: () =>
      'Another partner has a name that looks the same. Make sure that you know which of them asks.',
  },
}

export type NameWords = typeof EN

const ES: NameWords = {
  nameless: 'Un socio con un nombre ilegible',
  namelessApp: 'Una aplicación con un nombre ilegible',
  faults: {
    unseen: () => 'Un nombre contenía letras que no se ven; se han quitado.',
    mixed_script: () =>
      'Un nombre mezcla alfabetos, de modo que una letra puede pasar por otra. Asegúrese de saber quién hace la solicitud.',
    look_alike: (provider) =>
      `Un nombre se parece al de ${provider}. No es ${provider} quien hace la solicitud.`,
    like_tenant: (tenant) =>
      `Un nombre se parece al de ${tenant}. Asegúrese de saber quién hace la solicitud.`,
    like_partner: () =>
      'Otro socio tiene un nombre que se lee igual. Asegúrese de saber cuál de ellos hace la solicitud.',
  },
}

const FR: NameWords = {
  nameless: 'Un partenaire au nom illisible',
  namelessApp: 'Une application au nom illisible',
  faults: {
    unseen: () => french`Un nom contenait ici des lettres invisibles ; elles ont été retirées.`,
    mixed_script: () =>
      french`Un nom mêle ici plusieurs alphabets, si bien qu'une lettre peut passer pour une autre. Assurez-vous de savoir qui fait cette demande.`,
    look_alike: (provider) =>
      french`Un nom ressemble ici à celui de ${provider}. Ce n'est pas ${provider} qui fait cette demande.`,
    like_tenant: (tenant) =>
      french`Un nom ressemble ici à celui de ${tenant}. Assurez-vous de savoir qui fait cette demande.`,
    like_partner: () =>
      french`Un autre partenaire porte un nom d'apparence identique. Assurez-vous de savoir lequel fait cette demande.`,
  },
}

/** What pages say about names that others chose for themselves, by language (U12). */
export const NAME_WORDS: Readonly<Record<Language, NameWords>> = { en: EN, es: ES, fr: FR }
