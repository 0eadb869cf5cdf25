-- 016_upkeep.sql — what the server does on its own for rows that come by the thousand, kept small

-- Sessions reach rows by their keys whatever the statistics say (pool.ts), so an ANALYZE that sorts thirty thousand values of
-- every column, seconds after the last one, is work for nobody: it took a fifth of the database's time under load.
DO $$
DECLARE each record;
BEGIN
  FOR each IN
    SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relnamespace = 'holdpoint'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
       AND c.relname IN ('actions', 'events', 'decisions', 'event_batches', 'idempotency_keys', 'outbox')
  LOOP
    EXECUTE format('ALTER TABLE holdpoint.%I ALTER COLUMN %I SET STATISTICS %s', each.relname, each.attname,
      CASE WHEN each.attname IN ('tenant', 'state', 'agent', 'due_at', 'dispatched_at', 'waits_for', 'effect', 'outcome', 'tool',
                                 'delivered_at', 'first_cursor') THEN 10 ELSE 0 END);
  END LOOP;
END $$;

-- A decision is written once and never changed: whole in its row, up to a page, it needs no second table and no second index.
ALTER TABLE decisions SET (toast_tuple_target = 8160);
