-- What was said last about the logos of a client is read with the client.
create index concurrently if not exists api_client_logo_last on api_client_logo (client_id, (greatest(created_at, decided_at)) desc, id desc);
