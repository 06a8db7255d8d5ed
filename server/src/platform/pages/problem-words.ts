import { french } from '#platform/words/french.ts'
import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import type { Language } from '#platform/words/language.ts'

/** The words of one problem page. */
export interface ProblemWords {
  readonly title: string
  readonly what: string
  readonly next?: Html
}

type Pages = Readonly<Record<number, ProblemWords>>

const EN_PAGES: Pages = {
  401: {
    title: 'Sign in to go on',
    what: 'This page is for people who are signed in, and your sign-in is missing or has ended.',
    next: html`<a class="button main" href="/signin">Sign in</a>`,
  },
  403: {
    title: 'You cannot open this',
    what: 'You are signed in, but this is not open to you.',
    next: html`<a class="button" href="/choose">Where you can go</a>`,
  },
  404: {
    title: 'There is nothing here',
    what: 'The address may be mistyped, or what it named is gone or was never open to you.',
    next: html`<a class="button" href="/choose">Where you can go</a>`,
  },
  409: {
    title: 'Something changed in between',
    what: 'Somebody else got there first, so nothing was changed now.',
    next: html`<a class="button" href="">Look again</a>`,
  },
  410: {
    title: 'This link no longer works',
    what: 'It was used already, or its time is over.',
    next: html`<a class="button" href="/signin">Go to sign-in</a>`,
  },
  429: {
    title: 'Too many tries in a short time',
    what: 'Wait a minute, then try again. Nothing is locked.',
  },
  500: {
    title: 'Something broke on our side',
    what: 'Nothing was changed. If it happens again, tell us the reference below.',
    next: html`<a class="button" href="">Try again</a>`,
  },
  503: {
    title: 'Not available at this moment',
    what: 'We could not do this right now, and nothing was changed. Try again in a moment.',
    next: html`<a class="button" href="">Try again</a>`,
  },
}

const EN_OTHER: ProblemWords = {
  title: 'This could not be read',
  what: 'Your browser sent something that this page does not take. Go back and try again.',
  next: html`<a class="button" href="/choose">Where you can go</a>`,
}

const link = (label: string, href = '/choose', look = 'button'): Html =>
  html`<a class="${look}" href="${href}">${label}</a>`

const ES_PAGES: Pages = {
  401: {
    title: 'Inicie sesión para continuar',
    what: 'Esta página es para quien ha iniciado sesión, y su sesión falta o ha terminado.',
    next: link('Iniciar sesión', '/signin', 'button main'),
  },
  403: {
    title: 'No puede abrir esto',
    what: 'Ha iniciado sesión, pero esto no está abierto para usted.',
    next: link('Adónde puede ir'),
  },
  404: {
    title: 'Aquí no hay nada',
    what: 'Puede que la dirección esté mal escrita, o que lo que nombraba ya no exista o nunca estuviera abierto para usted.',
    next: link('Adónde puede ir'),
  },
  409: {
    title: 'Algo cambió entretanto',
    what: 'Alguien se adelantó, así que ahora no se ha cambiado nada.',
    next: link('Mirar de nuevo', ''),
  },
  410: {
    title: 'Este enlace ya no funciona',
    what: 'Ya se usó, o su plazo ha pasado.',
    next: link('Ir al inicio de sesión', '/signin'),
  },
  429: {
    title: 'Demasiados intentos en poco tiempo',
    what: 'Espere un minuto y vuelva a intentarlo. No se ha bloqueado nada.',
  },
  500: {
    title: 'Algo ha fallado por nuestra parte',
    what: 'No se ha cambiado nada. Si vuelve a ocurrir, indíquenos la referencia de abajo.',
    next: link('Intentarlo de nuevo', ''),
  },
  503: {
    title: 'No disponible en este momento',
    what: 'No hemos podido hacerlo ahora y no se ha cambiado nada. Vuelva a intentarlo en un momento.',
    next: link('Intentarlo de nuevo', ''),
  },
}

const FR_PAGES: Pages = {
  401: {
    title: 'Connectez-vous pour continuer',
    what: french`Cette page est réservée aux personnes connectées, et votre session manque ou a pris fin.`,
    next: link('Se connecter', '/signin', 'button main'),
  },
  403: {
    title: french`Vous ne pouvez pas ouvrir ceci`,
    what: french`Vous êtes connecté, mais ceci ne vous est pas ouvert.`,
    next: link('Où vous pouvez aller'),
  },
  404: {
    title: french`Il n'y a rien ici`,
    what: french`L'adresse est peut-être mal saisie, ou ce qu'elle désignait n'existe plus ou ne vous a jamais été ouvert.`,
    next: link('Où vous pouvez aller'),
  },
  409: {
    title: french`Quelque chose a changé entre-temps`,
    what: french`Quelqu'un vous a devancé ; rien n'a donc été modifié.`,
    next: link('Regarder à nouveau', ''),
  },
  410: {
    title: 'Ce lien ne fonctionne plus',
    what: french`Il a déjà été utilisé, ou son délai est passé.`,
    next: link('Aller à la connexion', '/signin'),
  },
  429: {
    title: french`Trop d'essais en peu de temps`,
    what: french`Attendez une minute, puis réessayez. Rien n'est bloqué.`,
  },
  500: {
    title: french`Une erreur s'est produite de notre côté`,
    what: french`Rien n'a été modifié. Si cela se reproduit, indiquez-nous la référence ci-dessous.`,
    next: link('Réessayer', ''),
  },
  503: {
    title: 'Indisponible pour le moment',
    what: french`Nous n'avons pas pu le faire à l'instant, et rien n'a été modifié. Réessayez dans un moment.`,
    next: link('Réessayer', ''),
  },
}

/** What pages of problems say, by language; by status, and for every other status. */
export const PROBLEM_WORDS: Readonly<
  Record<
    Language,
    {
      readonly pages: Pages
      readonly other: ProblemWords
      readonly service: string
      readonly reference: string
      readonly decision: string
      readonly again: string
    }
  >
> = {
  en: {
    pages: EN_PAGES,
    other: EN_OTHER,
    service: 'Does the service work?',
    reference: 'Reference',
    decision: 'decision',
    again: 'Try again',
  },
  es: {
    pages: ES_PAGES,
    other: {
      title: 'Esto no se ha podido leer',
      what: 'Su navegador ha enviado algo que esta página no admite. Vuelva atrás e inténtelo de nuevo.',
      next: link('Adónde puede ir'),
    },
    service: '¿Funciona el servicio?',
    reference: 'Referencia',
    decision: 'decisión',
    again: 'Volver a intentarlo',
  },
  fr: {
    pages: FR_PAGES,
    other: {
      title: french`Ceci n'a pas pu être lu`,
      what: french`Votre navigateur a envoyé quelque chose que cette page n'accepte pas. Revenez en arrière et réessayez.`,
      next: link('Où vous pouvez aller'),
    },
    service: french`Le service fonctionne-t-il ?`,
    reference: 'Référence',
    decision: 'décision',
    again: 'Réessayer',
  },
}
