# The image of the job: docker build -t pt2tflite .
# Three layers, from what changes least to what changes most: system and interpreter, packages, the job
# itself. Each is made in a stage of its own under /layer, sealed so that the same source gives the same
# bytes, and copied whole.

# 3.6.15 on Debian bullseye, the last one published. To build on another: --build-arg BASE=...
ARG BASE=python:3.6-slim@sha256:2cfebc27956e6a55f78606864d91fe527696f9e32a724e6f9702b5f9602d0474

# hadolint ignore=DL3006
FROM ${BASE} AS base

# hadolint ignore=DL3006
FROM ${BASE} AS workshop
# Packages built from source write their metadata in the order of sets, and so does the compiler: see seal.py.
ENV PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1


FROM workshop AS tools
COPY scripts/image /tools
WORKDIR /layer


FROM tools AS system
COPY --from=base / /layer/
# A user of our own, and an output that any user may fill: a fresh named volume takes the folder's mode.
RUN echo "pt2tflite:x:65532:65532::/home/pt2tflite:/usr/sbin/nologin" >> etc/passwd \
    && echo "pt2tflite:x:65532:" >> etc/group \
    && mkdir -p in out home/pt2tflite \
    && chown 65532:65532 in out \
    && chmod 1777 out \
    && find . -xdev -perm /6000 -type f -exec chmod a-s {} + \
    && python /tools/trim.py system /layer \
    && python /tools/seal.py /layer


FROM workshop AS installed
# Another registry: --build-arg PIP_INDEX_URL=...
ARG PIP_INDEX_URL
COPY requirements.lock scripts/install scripts/registry.sh /source/
RUN python -m venv /opt/pt2tflite/environment \
    && /source/install /opt/pt2tflite/environment/bin/python /source/requirements.lock \
        --no-cache-dir --no-compile \
    && echo /opt/pt2tflite > /opt/pt2tflite/environment/lib/python3.6/site-packages/job.pth


FROM tools AS packages
COPY --from=installed /opt/pt2tflite/environment opt/pt2tflite/environment
RUN python /tools/trim.py environment opt/pt2tflite/environment \
    && python /tools/seal.py /layer


FROM tools AS job
COPY requirements.lock opt/pt2tflite/
COPY job opt/pt2tflite/job
# Modes as in the repository, whatever the checkout's umask.
RUN chmod -R u=rwX,go=rX opt \
    && python /tools/seal.py /layer


FROM scratch
ARG BASE
ARG REVISION=unknown
LABEL org.opencontainers.image.title="pt2tflite" \
      org.opencontainers.image.description="PyTorch checkpoints to verified TensorFlow Lite models" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${BASE}"
COPY --from=system /layer/ /
COPY --from=packages /layer/ /
COPY --from=job /layer/ /
# The working folder is first on Python's path: it must be one that nobody can write to.
WORKDIR /opt/pt2tflite
ENV PATH=/opt/pt2tflite/environment/bin:/usr/local/bin:/usr/bin:/bin \
    HOME=/home/pt2tflite \
    LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
USER 65532:65532
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "job"]
