set role liaison_owner;

-- Our own work and what is handed in, by name: any other plane of the same logins reaches no subscription.
alter policy own_work on subscription using ((select access.context_plane()) in ('system', 'ingest')) with check ((select access.context_plane()) in ('system', 'ingest'));
alter policy own_work on subscription_term using ((select access.context_plane()) in ('system', 'ingest')) with check ((select access.context_plane()) in ('system', 'ingest'));
alter policy own_work on subscription_hold using ((select access.context_plane()) in ('system', 'ingest')) with check ((select access.context_plane()) in ('system', 'ingest'));
alter policy own_work on subscription_event using ((select access.context_plane()) in ('system', 'ingest')) with check ((select access.context_plane()) in ('system', 'ingest'));
alter policy arriving on payment_event using ((select access.context_plane()) = 'ingest') with check ((select access.context_plane()) = 'ingest');

reset role;
