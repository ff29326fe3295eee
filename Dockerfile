# One image for web, worker and beat; the command chooses.
FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements/base.txt /tmp/base.txt
RUN /opt/venv/bin/pip install --require-hashes -r /tmp/base.txt

FROM python:3.12-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DOMOADMIN_ENVIRONMENT=production DOMOADMIN_DATA_DIR=/data
RUN useradd --create-home --uid 10001 domoadmin && install -d -o domoadmin -g domoadmin /data
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY manage.py ./
COPY domoadmin domoadmin
COPY apps apps
COPY templates templates
COPY static static
# Static files go into the image with throwaway keys: collectstatic reads settings but uses none of them.
RUN DOMOADMIN_SECRET_KEY=build DOMOADMIN_ENCRYPTION_KEYS=build DATABASE_URL=sqlite://:memory: \
    DOMOADMIN_STATIC_ROOT=/app/collected python manage.py collectstatic --noinput --verbosity 0
ENV DOMOADMIN_STATIC_ROOT=/app/collected
USER domoadmin
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "domoadmin.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "16", "--timeout", "120"]
