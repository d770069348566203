"""A DAG for the dags folder of Airflow 2.10 or later, and of 3: every night what is new in the volume is converted, in a pod
of its own.

The verdict is the task's XCom: {{ ti.xcom_pull(task_ids="convert")["converted"] }}. It wants the package
apache-airflow-providers-cncf-kubernetes. What container Airflow puts beside the job's to fetch the verdict, and
with what rights, is said in Airflow's own connection to Kubernetes.
"""
from datetime import timedelta

import pendulum
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.client import models as k8s

try:
    from airflow.sdk import DAG
except ImportError:  # Airflow 2
    from airflow import DAG


def claim(name: str, claim_name: str, read_only: bool = False) -> k8s.V1Volume:
    source = k8s.V1PersistentVolumeClaimVolumeSource(claim_name=claim_name, read_only=read_only)
    return k8s.V1Volume(name=name, persistent_volume_claim=source)


with DAG(
    dag_id="pt2tflite",
    schedule="0 3 * * *",
    start_date=pendulum.datetime(2024, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
) as dag:
    KubernetesPodOperator(
        task_id="convert",
        name="pt2tflite",
        image="pt2tflite",
        cmds=["python", "-m", "job"],
        arguments=["convert", "--log=json", "--result-file=/airflow/xcom/return.json"],
        do_xcom_push=True,
        retries=2,  # of whatever exit code: Airflow tells only those apart that skip a task
        retry_delay=timedelta(minutes=5),
        execution_timeout=timedelta(hours=2),
        automount_service_account_token=False,
        volumes=[
            claim("checkpoints", "pt2tflite-in", read_only=True),
            claim("models", "pt2tflite-out"),
            k8s.V1Volume(name="scratch", empty_dir=k8s.V1EmptyDirVolumeSource()),
        ],
        volume_mounts=[
            k8s.V1VolumeMount(name="checkpoints", mount_path="/in", read_only=True),
            k8s.V1VolumeMount(name="models", mount_path="/out"),
            k8s.V1VolumeMount(name="scratch", mount_path="/tmp"),
        ],
        container_resources=k8s.V1ResourceRequirements(
            requests={"cpu": "2", "memory": "6Gi"}, limits={"cpu": "2", "memory": "6Gi"}),
        security_context=k8s.V1PodSecurityContext(
            run_as_non_root=True, run_as_user=65532, run_as_group=65532, fs_group=65532,
            seccomp_profile=k8s.V1SeccompProfile(type="RuntimeDefault")),
        container_security_context=k8s.V1SecurityContext(
            allow_privilege_escalation=False, read_only_root_filesystem=True,
            capabilities=k8s.V1Capabilities(drop=["ALL"])),
        labels={"app.kubernetes.io/name": "pt2tflite"},
    )
