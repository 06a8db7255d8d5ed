import type { OAuthWords } from './en.ts'

/** What the short pages of the authorization server say in Spanish. */
export const ES: OAuthWords = {
  errors: {
    title: 'Esta solicitud no puede continuar',
    invalid_request: 'La aplicación que le ha enviado aquí ha hecho una solicitud que no se puede usar.',
    invalid_request_uri: 'El enlace con el que le ha enviado la aplicación ha caducado, o ya se había usado.',
    invalid_client: 'La aplicación que le ha enviado aquí no se conoce, o se ha detenido.',
    unauthorized_client: 'La aplicación que le ha enviado aquí no puede solicitar esto.',
    other: 'La solicitud de la aplicación que le ha enviado aquí no se puede llevar a cabo.',
    nothing: 'No se ha compartido ni se ha cambiado nada. Vuelva a la aplicación y empiece de nuevo.',
  },
  gone: {
    title: 'Esta solicitud ha terminado',
    lead: 'La solicitud ya tiene respuesta, o su plazo ha pasado, o se empezó en otro navegador.',
    next: 'No se ha compartido nada. Vuelva a la aplicación que le envió aquí y empiece de nuevo.',
  },
  inForce: {
    lead: 'La solicitud se autorizó, y el acceso que pedía está en vigor.',
    next: 'Si la aplicación no ha continuado, vuelva a ella y empiece de nuevo. En Partner access puede ver todos los accesos y ponerles fin.',
    see: 'Ver los accesos',
  },
  otherPerson: {
    title: 'La solicitud se dirige a otra persona',
    lead: 'Otra persona empezó a responder a esta solicitud en este navegador.',
    next: 'Inicie sesión como esa persona, o vuelva a la aplicación y empiece de nuevo en su propio nombre.',
    signOut: 'Cerrar sesión',
  },
  finish: {
    title: 'De vuelta a la aplicación',
    lead: 'Hemos recibido su respuesta.',
    goOn: 'Continuar',
  },
  waiting: {
    title: 'Decide una segunda persona',
    nothing: 'Todavía no se comparte nada.',
    lead: 'Su organización pide dos personas. Se ha avisado por correo a los demás administradores.',
    next: 'Cuando uno de ellos lo haya autorizado, vuelva a abrir esta página en este navegador, en un plazo de siete días, para seguir hacia la aplicación. Hasta entonces la aplicación no recibe nada.',
  },
}
