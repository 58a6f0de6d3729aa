-- One row per sentence found, best first.
WITH
term AS MATERIALIZED (
    -- Inverse document frequency of each lexeme of the question, over all sentences.
    SELECT
        found.query,
        ln(1 + (total.sentences - found.frequency + 0.5) / (found.frequency + 0.5)) AS weight
    FROM unnest(to_tsvector(%(configuration)s::regconfig, %(text)s)) AS word
    CROSS JOIN (SELECT count(*)::float8 AS sentences FROM assistant_sentence) AS total
    CROSS JOIN LATERAL (
        SELECT
            quote_literal(word.lexeme)::tsquery AS query,
            (SELECT count(*) FROM assistant_sentence WHERE search_vector @@ quote_literal(word.lexeme)::tsquery)::float8
                AS frequency
    ) AS found
),
total_weight AS (
    SELECT greatest(coalesce(sum(weight), 0), 1e-9) AS weight FROM term
),
readable AS (
    SELECT video.id
    FROM ingestion_video AS video
    WHERE
        NOT video.is_withdrawn
        AND (
            %(course_ids)s::bigint[] IS NULL
            OR EXISTS (
                SELECT 1 FROM ingestion_course_videos AS member
                WHERE member.video_id = video.id AND member.course_id = ANY(%(course_ids)s::bigint[])
            )
        )
        AND (%(video_pk)s::bigint IS NULL OR video.id = %(video_pk)s::bigint)
),
nearest_sentence AS (
    SELECT id
    FROM assistant_sentence
    WHERE embedding_model = %(embedding_model)s AND video_id IN (SELECT id FROM readable)
    ORDER BY embedding <=> %(vector)s::halfvec
    LIMIT %(nearest_sentences)s
),
nearest_chunk AS (
    SELECT id
    FROM assistant_chunk
    WHERE embedding_model = %(embedding_model)s AND video_id IN (SELECT id FROM readable)
    ORDER BY embedding <=> %(vector)s::halfvec
    LIMIT %(nearest_chunks)s
),
worded_sentence AS (
    SELECT sentence.id
    FROM term
    INNER JOIN assistant_sentence AS sentence ON sentence.search_vector @@ term.query
    WHERE sentence.embedding_model = %(embedding_model)s AND sentence.video_id IN (SELECT id FROM readable)
    GROUP BY sentence.id
    ORDER BY sum(term.weight) DESC, sentence.id
    LIMIT %(worded_sentences)s
),
candidate AS (
    SELECT id FROM nearest_sentence
    UNION
    SELECT sentence.id
    FROM assistant_sentence AS sentence
    INNER JOIN nearest_chunk ON nearest_chunk.id = sentence.chunk_id
    UNION
    SELECT id FROM worded_sentence
),
scored AS (
    SELECT
        sentence.id,
        sentence.video_id,
        sentence.text,
        chunk.text AS passage,
        sentence.start_seconds,
        sentence.end_seconds,
        %(sentence_cosine)s * (1 - (sentence.embedding <=> %(vector)s::halfvec))
        + %(context_cosine)s * (1 - (sentence.context_embedding <=> %(vector)s::halfvec))
        + %(chunk_cosine)s * (1 - (chunk.embedding <=> %(vector)s::halfvec))
        + %(sentence_coverage)s * covered.by_sentence / total_weight.weight
        + %(chunk_coverage)s * covered.by_chunk / total_weight.weight AS score
    FROM candidate
    INNER JOIN assistant_sentence AS sentence ON sentence.id = candidate.id
    INNER JOIN assistant_chunk AS chunk ON chunk.id = sentence.chunk_id
    CROSS JOIN total_weight
    CROSS JOIN LATERAL (
        SELECT
            coalesce(sum(weight) FILTER (WHERE sentence.search_vector @@ term.query), 0) AS by_sentence,
            coalesce(sum(weight) FILTER (WHERE chunk.search_vector @@ term.query), 0) AS by_chunk
        FROM term
    ) AS covered
    WHERE sentence.embedding_model = %(embedding_model)s AND chunk.embedding_model = %(embedding_model)s
)
SELECT id AS sentence_id, video_id AS video_pk, text, passage, start_seconds, end_seconds, score
FROM scored
ORDER BY score DESC, id
LIMIT %(k)s
